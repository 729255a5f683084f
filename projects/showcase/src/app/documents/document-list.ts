import { HttpClient } from '@angular/common/http';
import { computed, DestroyRef, inject, Service, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';
import type { Subscription } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { problemOf, type Problem } from '../api/problem.ts';
import type { Resource, ResourcePage } from '../api/wire-types.ts';
import { addressOf, listParameters, queryOf, usualQuery, type DocumentQuery } from './document-query.ts';

/** As many as one looks over at once. */
const ON_A_PAGE = 20;

/** One page of a list, and the ways to the others. What it shows is in the address, to be reloaded, kept and sent. */
@Service({ autoProvided: false })
export class DocumentList {
  readonly #http = inject(HttpClient);
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);
  readonly #query = signal(usualQuery);
  readonly #page = signal<ResourcePage | undefined>(undefined);
  readonly #problem = signal<Problem | undefined>(undefined);
  readonly #loading = signal(false);
  /** How one came to this page: the cursor of every page after the first, this one last. */
  readonly #way = signal<readonly string[]>([]);
  #asking: Subscription | undefined;

  readonly query = this.#query.asReadonly();
  /** Why the last question had no answer. */
  readonly problem = this.#problem.asReadonly();
  readonly loading = this.#loading.asReadonly();
  readonly items = computed<readonly Resource[]>(() => this.#page()?.items ?? []);
  /** Whether an answer has arrived. */
  readonly loaded = computed(() => this.#page() !== undefined);
  /** On all pages. */
  readonly total = computed(() => this.#page()?.total ?? 0);
  /** There are more than `total`, and nobody counted them. */
  readonly totalIsLowerBound = computed(() => this.#page()?.totalIsLowerBound ?? false);
  /** Place of the first item in the whole list, from 1. */
  readonly first = computed(() => this.#way().length * ON_A_PAGE + 1);
  readonly last = computed(() => this.first() - 1 + this.items().length);
  readonly hasNext = computed(() => typeof this.#page()?.nextCursor === 'string');
  readonly hasPrevious = computed(() => this.#way().length > 0);
  /** Whether something is left out that there may be otherwise. */
  readonly isFiltered = computed(() => {
    const { kind, status, type, search } = this.#query();
    return kind !== usualQuery.kind || status !== usualQuery.status || type !== '' || search.trim() !== '';
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => this.#asking?.unsubscribe());
    this.#route.queryParamMap.pipe(takeUntilDestroyed()).subscribe((address) => this.#show(queryOf(address)));
  }

  /**
   * Asks another question, and begins at its first page.
   *
   * @param passing it will be another one in a moment, so that the way back need not come by it
   */
  change(part: Partial<DocumentQuery>, { passing = false } = {}): void {
    const query = { ...this.#query(), ...part };
    this.#show(query);
    void this.#router.navigate([], {
      relativeTo: this.#route,
      queryParams: addressOf(query),
      queryParamsHandling: 'merge',
      replaceUrl: passing,
    });
  }

  next(): void {
    const cursor = this.#page()?.nextCursor;
    if (cursor) this.#load([...this.#way(), cursor]);
  }

  previous(): void {
    this.#load(this.#way().slice(0, -1));
  }

  /** Asks for the same page again. */
  reload(): void {
    this.#load(this.#way());
  }

  /** Shows a resource as it is now. */
  replace(resource: Resource): void {
    this.#page.update(
      (page) =>
        page && { ...page, items: page.items.map((item) => (item.id === resource.id ? resource : item)) },
    );
  }

  /** Takes one from the page. The last one of a page takes the page along. */
  remove({ id }: Resource): void {
    this.#page.update(
      (page) =>
        page && { ...page, items: page.items.filter((item) => item.id !== id), total: page.total - 1 },
    );
    if (this.items().length === 0 && this.hasPrevious()) this.previous();
    else this.reload();
  }

  #show(query: DocumentQuery): void {
    // The address says again what is shown since it was changed.
    if (this.#asking && isSame(query, this.#query())) return;
    this.#query.set(query);
    this.#load([]);
  }

  #load(way: readonly string[]): void {
    // An answer to an earlier question must not replace the one to this.
    this.#asking?.unsubscribe();
    this.#loading.set(true);
    this.#problem.set(undefined);
    const params = listParameters(this.#query(), { limit: ON_A_PAGE, cursor: way.at(-1) });
    this.#asking = this.#http.get<ResourcePage>(`${API}/resources`, { params }).subscribe({
      next: (page) => {
        this.#page.set(page);
        this.#way.set(way);
        this.#loading.set(false);
      },
      error: (error: unknown) => {
        this.#problem.set(problemOf(error));
        this.#loading.set(false);
      },
    });
  }
}

const isSame = (one: DocumentQuery, other: DocumentQuery): boolean =>
  JSON.stringify(addressOf(one)) === JSON.stringify(addressOf(other));
