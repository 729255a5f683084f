import type { Cancel, Clock } from './clock.ts';
import { resourceEntry, type ResourceEntry } from './resource-entry.ts';
import type { RequestQueue } from './request-queue.ts';
import type { ResourceState } from './resource-state.ts';
import type { Target } from './resolve-target.ts';

/** Every resource somebody asked for, by the key of its target. */
export interface ResourceStore {
  /** The one entry for the target. Use it at once: an idle entry may be replaced by a new one later. */
  entry(target: Target): ResourceEntry;
  /** Forgets every URL and drops the answers to what is under way. */
  clear(): void;
}

/**
 * An empty store.
 *
 * @param queue absent while rendering on the server: then nothing is asked for
 * @param probeMs after which time what failed for a passing reason is asked for again, while somebody waits for it
 */
export function resourceStore(
  clock: Clock,
  fallback: string | undefined,
  queue: RequestQueue | undefined,
  probeMs: number,
  stateChanged: (key: string, state: ResourceState) => void,
): ResourceStore {
  /** How many resources that nobody listens to keep their URL; the one idle longest goes first. */
  const idleLimit = 1_000;
  const entries = new Map<string, ResourceEntry>();
  /** In the order in which they became idle. */
  const idle = new Set<ResourceEntry>();
  const ailing = new Set<ResourceEntry>();
  let cancelHeal: Cancel | undefined;

  const healAiling = () => {
    cancelHeal = cancelHeal?.();
    for (const entry of ailing) entry.heal();
  };

  const changed = (entry: ResourceEntry) => {
    idle.delete(entry);
    if (entry.idle) idle.add(entry);
    const [longest] = idle;
    if (longest && idle.size > idleLimit) {
      idle.delete(longest);
      entries.delete(longest.target.key);
    }
    ailing.delete(entry);
    if (entry.ails) ailing.add(entry);
    if (ailing.size) cancelHeal ??= clock.after(queue?.closedMs() || probeMs, healAiling);
    else cancelHeal = cancelHeal?.();
    stateChanged(entry.target.key, entry.state);
  };

  return {
    entry: (target) => {
      let entry = entries.get(target.key);
      if (!entry) {
        entry = resourceEntry(target, clock, fallback, queue?.add, changed);
        entries.set(target.key, entry);
        changed(entry);
      }
      return entry;
    },
    clear: () => {
      queue?.clear();
      for (const entry of entries.values()) entry.forget();
    },
  };
}
