import type { ParamMap, Params } from '@angular/router';
import type { ListResourcesQuery } from '../api/wire-types.ts';

/** What the list shows, and in which order. */
export interface DocumentQuery {
  readonly kind: NonNullable<ListResourcesQuery['kind']> | 'all';
  readonly status: NonNullable<ListResourcesQuery['status']>;
  /** A media type or a family of them; empty: all. */
  readonly type: string;
  /** Part of a name; empty: every name. */
  readonly search: string;
  readonly sort: SortColumn;
  readonly direction: SortDirection;
}

/** What the table can be sorted by. */
export type SortColumn = 'name' | 'size' | 'newest';
export type SortDirection = NonNullable<ListResourcesQuery['direction']>;

/** The documents that can be opened, the newest first. */
export const usualQuery: DocumentQuery = {
  kind: 'document',
  status: 'completed',
  type: '',
  search: '',
  sort: 'newest',
  direction: 'desc',
};

/** In which direction a column is sorted at first, as the server does. */
export const usualDirection = (sort: SortColumn): SortDirection => (sort === 'name' ? 'asc' : 'desc');

/** Values of a choice, with their names. */
type Choices<Value extends string> = readonly { readonly value: Value; readonly name: string }[];

export const kindChoices: Choices<DocumentQuery['kind']> = [
  { value: 'document', name: 'Documents' },
  { value: 'video', name: 'Videos' },
  { value: 'teamPhoto', name: 'Team photos' },
  { value: 'avatar', name: 'Avatars' },
  { value: 'galleryPhoto', name: 'Gallery pictures' },
  { value: 'all', name: 'Everything' },
];

export const typeChoices: Choices<string> = [
  { value: '', name: 'Every type' },
  { value: 'application/pdf', name: 'PDF' },
  { value: 'image/*', name: 'Pictures' },
  { value: 'text/*', name: 'Texts' },
  { value: 'video/*', name: 'Films' },
  { value: 'audio/*', name: 'Sounds' },
];

export const statusChoices: Choices<DocumentQuery['status']> = [
  { value: 'completed', name: 'Ready' },
  { value: 'uploading', name: 'On their way' },
  { value: 'awaiting', name: 'Not begun' },
  { value: 'quarantined', name: 'In quarantine' },
  { value: 'failed', name: 'Failed' },
];

/** For windows without room for the heads of columns. */
export const orderChoices: Choices<`${SortColumn} ${SortDirection}`> = [
  { value: 'newest desc', name: 'Newest first' },
  { value: 'newest asc', name: 'Oldest first' },
  { value: 'name asc', name: 'Name, A to Z' },
  { value: 'name desc', name: 'Name, Z to A' },
  { value: 'size desc', name: 'Largest first' },
  { value: 'size asc', name: 'Smallest first' },
];

/** @returns the parameters of `GET /api/resources` */
export function listParameters(
  { kind, status, type, search, sort, direction }: DocumentQuery,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Record<string, string | number> {
  return {
    ...(kind === 'all' ? {} : { kind }),
    ...{ status, sort, limit },
    ...(direction === usualDirection(sort) ? {} : { direction }),
    ...(type === '' ? {} : { type }),
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** @returns what the address of the page says of a query; null: nothing, because that is usual */
export function addressOf(query: DocumentQuery): Params {
  const unusual = (name: keyof DocumentQuery, usual: string = usualQuery[name]) =>
    query[name] === usual ? null : query[name];
  return {
    ...{ kind: unusual('kind'), status: unusual('status'), type: unusual('type') },
    search: query.search.trim() || null,
    sort: unusual('sort'),
    direction: unusual('direction', usualDirection(query.sort)),
  };
}

/** Reads an address, which anybody may have written: what is no choice is as usual. */
export function queryOf(address: ParamMap): DocumentQuery {
  const one = <Value extends string>(name: string, choices: Choices<Value>, usual: Value): Value =>
    choices.find(({ value }) => value === address.get(name))?.value ?? usual;
  const sort = one('sort', columns, usualQuery.sort);
  return {
    kind: one('kind', kindChoices, usualQuery.kind),
    status: one('status', statusChoices, usualQuery.status),
    type: one('type', typeChoices, usualQuery.type),
    search: (address.get('search') ?? '').slice(0, LONGEST_SEARCH),
    sort,
    direction: one('direction', directions, usualDirection(sort)),
  };
}

const LONGEST_SEARCH = 255;
const columns: Choices<SortColumn> = [
  { value: 'name', name: 'Name' },
  { value: 'size', name: 'Size' },
  { value: 'newest', name: 'Added' },
];
const directions: Choices<SortDirection> = [
  { value: 'asc', name: 'Upwards' },
  { value: 'desc', name: 'Downwards' },
];
