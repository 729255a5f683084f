import type { SigningBackend } from './signing-backend.ts';

/** Mocks timers and `Date` for the specs around. */
export function mockTime(now = '2026-01-01T12:00:00Z'): void {
  beforeEach(() => jasmine.clock().install().mockDate(new Date(now)));
  afterEach(() => jasmine.clock().uninstall());
}

/** The clock jumps and no timer has run: the device slept. */
export function sleep(ms: number): void {
  jasmine.clock().mockDate(new Date(Date.now() + ms));
}

/**
 * Lets time go by in quarters of a second, and answers every request as soon as it comes.
 *
 * @returns when requests came, in seconds since the beginning
 */
export async function answerFor(
  ms: number,
  answer: (backend: SigningBackend) => Promise<void>,
  backend: SigningBackend,
) {
  const times: number[] = [];
  for (let passed = 0; passed <= ms; passed += 250) {
    const before = backend.answered;
    await answer(backend);
    for (let n = before; n < backend.answered; n++) times.push(passed / 1_000);
    if (passed < ms) jasmine.clock().tick(250);
  }
  return times;
}
