import type { ListResourcesQuery } from '../api/wire-types.ts';

/** What the list shows, and in which order. */
export interface DocumentQuery {
  readonly kind: NonNullable<ListResourcesQuery['kind']> | 'all';
  readonly status: NonNullable<ListResourcesQuery['status']>;
  /** Part of a name; empty: every name. */
  readonly search: string;
  readonly sort: NonNullable<ListResourcesQuery['sort']>;
}

/** The documents that can be opened, the newest first. */
export const usualQuery: DocumentQuery = {
  kind: 'document',
  status: 'completed',
  search: '',
  sort: 'newest',
};

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

export const statusChoices: Choices<DocumentQuery['status']> = [
  { value: 'completed', name: 'Ready' },
  { value: 'uploading', name: 'On their way' },
  { value: 'awaiting', name: 'Not begun' },
  { value: 'quarantined', name: 'In quarantine' },
  { value: 'failed', name: 'Failed' },
];

export const sortChoices: Choices<DocumentQuery['sort']> = [
  { value: 'newest', name: 'Newest first' },
  { value: 'name', name: 'By name' },
  { value: 'size', name: 'Largest first' },
];

/** @returns the parameters of `GET /api/resources` */
export function listParameters(
  { kind, status, search, sort }: DocumentQuery,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Record<string, string | number> {
  return {
    ...(kind === 'all' ? {} : { kind }),
    ...{ status, sort, limit },
    ...(search.trim() === '' ? {} : { search: search.trim() }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
