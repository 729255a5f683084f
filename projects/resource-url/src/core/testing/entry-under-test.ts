import type { Outcome } from '../outcome.ts';
import { resolveTarget, type Target } from '../resolve-target.ts';
import { resourceEntry, type ResourceEntry } from '../resource-entry.ts';
import type { ResourceRequest } from '../sign-transport.ts';
import type { SignedUrl } from '../signed-url.ts';
import { FakeClock } from './fake-clock.ts';
import { refused, requestOf } from './scripted-transport.ts';

export const HOUR = 3_600_000;

export interface Question {
  readonly request: ResourceRequest;
  readonly answer: (outcome: Outcome) => void;
}

interface Given {
  readonly fallback?: string | undefined;
  /** While rendering on the server there is nobody to ask. */
  readonly onServer?: boolean;
  readonly target?: Target;
}

/** One entry, the questions it asked, and what it showed to whom. */
export function entryUnderTest({
  fallback,
  onServer,
  target = { key: 'key', request: requestOf('a.jpg') },
}: Given = {}) {
  const clock = new FakeClock();
  const questions: Question[] = [];
  const changes: { status: string; idle: boolean; ails: boolean }[] = [];
  let serial = 0;
  const signed = (lifetimeMs = HOUR): SignedUrl => ({
    url: `https://cdn.example.com/a.jpg?sig=${(serial += 1)}`,
    expiresAt: new Date(clock.now() + lifetimeMs),
    signatureId: `sig_${serial}`,
  });
  const ask = (request: ResourceRequest, answer: (outcome: Outcome) => void) => {
    questions.push({ request, answer });
  };
  const changed = ({ state, idle, ails }: ResourceEntry) =>
    changes.push({ status: state.status, idle, ails });
  const entry = resourceEntry(target, clock, fallback, onServer ? undefined : ask, changed);
  const listen = (fresh = false) => {
    const urls: string[] = [];
    return { urls, stop: entry.listen((url) => urls.push(url), fresh) };
  };
  const answer = (outcome: Outcome) => questions.at(-1)!.answer(outcome);
  /** Answers the question asked last with a new URL. */
  const sign = (lifetimeMs?: number) => {
    const outcome = signed(lifetimeMs);
    answer(outcome);
    return outcome.url;
  };
  const fail = (status = 500) => answer(refused('a.jpg', status));
  /** Somebody who shows a URL. */
  const shown = (fresh = false) => {
    const listener = listen(fresh);
    const url = sign();
    return { ...listener, url };
  };
  return { clock, entry, questions, changes, signed, listen, answer, sign, fail, shown };
}

/** What a text comes to that needs no question. */
export const known = (text: string): Target =>
  resolveTarget(text, undefined, { kinds: { '': path }, deliveryOrigins: [] });
const path = { development: '{path}', production: '{path}', reason: 'resource' };
