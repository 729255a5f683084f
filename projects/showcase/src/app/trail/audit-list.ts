import { DatePipe } from '@angular/common';
import { Component, computed, inject, input } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { switchMap } from 'rxjs';
import type { AuditRow } from '../api/audit-row.ts';
import { Icon } from '../appearance/icon.ts';
import { Session } from '../session/session.ts';
import { AuditTrail, type Trail } from './audit-trail.ts';
import { eventWords } from './event-words.ts';
import { FileSize } from './file-size.ts';

/** What happened to one photo, newest first, kept up to date. */
@Component({
  selector: 'app-audit-list',
  imports: [DatePipe, FileSize, Icon],
  templateUrl: './audit-list.html',
  styleUrl: './audit-list.scss',
})
export class AuditList {
  readonly #trail = inject(AuditTrail);
  readonly #session = inject(Session);

  readonly path = input.required<string>();
  /** Of the URL on screen; its rows are marked. */
  readonly signatureId = input<string>();
  /** Name of the person who may read this trail besides administrators. */
  readonly ownerName = input.required<string>();

  readonly #followed = toSignal(toObservable(this.path).pipe(switchMap((path) => this.#trail.follow(path))), {
    initialValue: { added: 0 } as Trail,
  });

  protected readonly problem = computed(() => this.#followed().problem);
  protected readonly loaded = computed(() => this.#followed().rows !== undefined);
  protected readonly rows = computed(() =>
    (this.#followed().rows ?? []).map((row, index, rows) => ({
      ...row,
      words: eventWords(row),
      actorName: this.#nameOf(row.actor),
      ofThisUrl: row.signatureId !== undefined && row.signatureId === this.signatureId(),
      key: keyOf(row, rows.slice(index + 1)),
    })),
  );

  /** For screen readers: what came since the list was first there. */
  protected readonly news = computed(() => {
    const { added, rows } = this.#followed();
    const newest = rows?.[0];
    return added > 0 && newest ? `${added} new in the trail, latest: ${eventWords(newest).title}.` : '';
  });

  #nameOf(actor: string | null | undefined): string | undefined {
    if (!actor) return undefined;
    return this.#session.people().find(({ id }) => id === actor)?.name ?? actor;
  }
}

/** Rows have no id of their own: equal ones are numbered from the oldest, so that a row keeps its key. */
function keyOf(row: AuditRow, older: readonly AuditRow[]): string {
  const looks = ({ at, event, signatureId }: AuditRow) => `${at} ${event} ${signatureId ?? ''}`;
  const own = looks(row);
  return `${own} ${older.filter((other) => looks(other) === own).length}`;
}
