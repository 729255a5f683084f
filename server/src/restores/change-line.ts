import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LoggedChange } from './epoch-log.store.ts';
import type { Mark } from './mark.ts';

/** `type` of the lines of the checkpoint sink that keep changes. */
export const CHANGES = 'changes';

/** What each of those lines holds, and no other line does. */
export const CHANGES_TEXT = `"type":"${CHANGES}"`;

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const epoch = z.number().int().min(0);
const mark = z.object({ epoch, at: z.number().int().min(0) });

const recordedChange = mark.extend({
  tenant: z.string(),
  change: z.string(),
  kids: z.array(z.string()).default([]),
  signatureIds: z.array(z.string()).default([]),
  /** Ids of edges that were revoked. */
  edges: z.array(z.string()).default([]),
  /** `pathHash` of each. */
  paths: z.array(hex32).default([]),
  prefixes: z.array(z.object({ length: z.number().int().min(0), hash: hex32 })).default([]),
});

/** One change, as it is kept: whose it was is not in it, and paths only as hashes. */
export type RecordedChange = z.output<typeof recordedChange>;

const recordedChanges = z.object({
  /** Of which deployment: `deploymentOf`; absent in older lines. */
  deployment: z.string().optional(),
  /** Which database cluster, and which timeline of it; absent when it does not tell. */
  database: z.object({ system: z.string(), timeline: z.string().nullable() }).optional(),
  /** All changes after this one, up to the last of `entries`, are in `entries`. */
  after: mark,
  entries: z.array(recordedChange),
});

/** What a line of type `changes` says. */
export type RecordedChanges = z.output<typeof recordedChanges>;

/** @returns undefined when it is none */
export function readRecordedChanges(changes: unknown): RecordedChanges | undefined {
  const result = recordedChanges.safeParse(changes);
  return result.success ? result.data : undefined;
}

/** @returns the last change that a line knows of */
export const lastMark = ({ after, entries }: RecordedChanges): Mark => {
  const last = entries.at(-1);
  return last ? { epoch: last.epoch, at: last.at } : after;
};

/** A path may name somebody, so a line has this of it: enough to find it in a database that has the path. */
export const pathHash = (path: string): string => createHash('sha256').update(path).digest('hex');

/** @returns the change as it is kept; lists that are empty are left out */
export function recordOf(change: LoggedChange): object {
  const { kids, signatureIds, edges } = change;
  const lists = {
    kids,
    signatureIds,
    edges,
    paths: change.paths.map(pathHash),
    prefixes: change.prefixes.map((prefix) => ({
      length: [...prefix].length,
      hash: pathHash(prefix),
    })),
  };
  return {
    ...{ epoch: change.epoch, at: change.at, tenant: change.tenantId, change: change.change },
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  };
}
