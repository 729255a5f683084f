import { HttpClient } from '@angular/common/http';
import { DOCUMENT, inject, Service } from '@angular/core';
import {
  catchError,
  EMPTY,
  exhaustMap,
  fromEvent,
  map,
  of,
  scan,
  startWith,
  switchMap,
  timer,
  type Observable,
} from 'rxjs';
import { API } from '../api/api-prefix.ts';
import type { AuditRow } from '../api/audit-row.ts';
import { problemOf, type Problem } from '../api/problem.ts';

/** What is known of one photo's past. */
export interface Trail {
  /** Newest first; undefined until the first answer. */
  rows?: readonly AuditRow[];
  /** Why the last question had no answer; the rows are those from before. */
  problem?: Problem;
  /** How many rows the last answer added to those before. */
  added: number;
}

type Answer = { rows: readonly AuditRow[] } | { problem: Problem };

const NOTHING: Trail = { added: 0 };
const EVERY_MS = 2000;
const ROWS = 50;

/** Follows what the audit knows of one photo. */
@Service()
export class AuditTrail {
  readonly #http = inject(HttpClient);
  readonly #document = inject(DOCUMENT);

  /**
   * @param path of a resource
   * @returns what is known, empty at first, asked for every two seconds while the page is visible; never fails
   */
  follow(path: string): Observable<Trail> {
    return fromEvent(this.#document, 'visibilitychange').pipe(
      startWith(undefined),
      switchMap(() => (this.#document.visibilityState === 'visible' ? timer(0, EVERY_MS) : EMPTY)),
      exhaustMap(() => this.#rows(path)),
      scan(follows, NOTHING),
      startWith(NOTHING),
    );
  }

  #rows(path: string): Observable<Answer> {
    return this.#http.get<{ items: AuditRow[] }>(`${API}/audit/logs`, { params: { path, limit: ROWS } }).pipe(
      map(({ items }) => ({ rows: items })),
      catchError((error: unknown) => of({ problem: problemOf(error) })),
    );
  }
}

function follows(before: Trail, answer: Answer): Trail {
  if ('problem' in answer) return { ...before, problem: answer.problem, added: 0 };
  const newest = before.rows?.[0]?.at ?? '';
  const added = before.rows ? answer.rows.filter(({ at }) => at > newest).length : 0;
  return { rows: answer.rows, added };
}
