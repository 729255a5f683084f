import type { SignRequest } from '../core/wire-types.ts';
import type { ResourceElement, ResourceElementState } from '../resource-element.ts';
import type { SigningBackend } from './signing-backend.ts';

/** Karma serves one picture, its own icon. */
export const PICTURE = '/favicon.ico';

/** It is there, and it is no picture. */
export const NO_PICTURE = '/context.js';

/** Signs whatever waits, with URLs below Karma's own address, every time with a new signature. */
export async function signAs(backend: SigningBackend, address: string): Promise<void> {
  for (const request of await backend.open()) {
    const body = request.request.body as SignRequest | { resources: SignRequest[] };
    backend.bodies.push(body);
    const signed = (path: string) => {
      const answer = backend.signed(path);
      return { ...answer, url: address + new URL(answer.url).search };
    };
    request.flush(
      'resources' in body ? { results: body.resources.map(({ path }) => signed(path)) } : signed(body.path),
    );
  }
}

/** Resolves when the element has come to the state. */
export function reached(directive: ResourceElement, state: ResourceElementState): Promise<void> {
  return new Promise((resolve) => {
    if (directive.state() === state) return resolve();
    const subscription = directive.resourceState.subscribe((now) => {
      if (now !== state) return;
      subscription.unsubscribe();
      resolve();
    });
  });
}

/** Resolves at the next event of the type. */
export function next(target: EventTarget, type: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
