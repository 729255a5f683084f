import { DEFAULT_BACKOFF, type Backoff } from '../backoff.ts';
import type { Outcome } from '../outcome.ts';
import { requestQueue } from '../request-queue.ts';
import { ResourceUrlError } from '../resource-url-error.ts';
import { FakeClock } from './fake-clock.ts';
import { requestOf, ScriptedTransport } from './scripted-transport.ts';

/** A queue over a transport that answers as told, and what those who asked were told. */
export function queueUnderTest(backoff: Partial<Backoff> = {}) {
  const clock = new FakeClock();
  const transport = new ScriptedTransport(clock);
  const queue = requestQueue(transport.transport, clock, { ...DEFAULT_BACKOFF, ...backoff }, clock.microtask);
  const told = new Map<string, Outcome[]>();
  let serial = 0;
  const add = (path = `${(serial += 1)}.jpg`) => {
    const outcomes: Outcome[] = told.get(path) ?? [];
    told.set(path, outcomes);
    queue.add(requestOf(path), (outcome) => outcomes.push(outcome));
    return outcomes;
  };
  const addMany = (count: number) => Array.from({ length: count }, () => add());
  /** "2 x http-500" of everything that anybody was told. */
  const summary = () => {
    const counts = new Map<string, number>();
    for (const outcome of [...told.values()].flat()) {
      const what = outcome instanceof ResourceUrlError ? outcome.code : 'signed';
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  };
  return { clock, transport, queue, add, addMany, told, summary };
}

/** As `queueUnderTest`, with a breaker that five failures in a row have opened just now. */
export function withOpenBreaker() {
  const all = queueUnderTest();
  all.transport.respond = (request) => request.fail();
  all.add();
  all.clock.advance(7_000);
  all.add();
  all.clock.turn();
  all.told.clear();
  all.transport.sent.splice(0);
  return all;
}

/** How many resources each request asked for. */
export const sizes = ({ sent }: ScriptedTransport) => sent.map(({ paths }) => paths.length);
