import { DEFAULT_BACKOFF } from './backoff.ts';
import { requestQueue } from './request-queue.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import type { ResourceRequest, SignTransport } from './sign-transport.ts';

describe('RequestQueue', () => {
  const request: ResourceRequest = {
    path: 'a.jpg',
    assetPath: 'a.jpg',
    reason: 'resource',
    expiryMinutes: undefined,
  };

  const clock = { now: () => 0, after: () => () => undefined };
  const queueOn = (transport: SignTransport) =>
    requestQueue(transport, clock, DEFAULT_BACKOFF, queueMicrotask);

  it('aborts only what is under way, and only once', async () => {
    const aborted: number[] = [];
    const answers: (() => void)[] = [];
    const queue = queueOn((requests, done) => {
      const index = answers.push(() => done(requests.map(() => ({ url: 'x' }) as never)));
      return () => aborted.push(index);
    });
    queue.add(request, () => undefined);
    await Promise.resolve();
    queue.add(request, () => undefined);
    await Promise.resolve();
    answers[0]!();
    queue.clear();
    queue.clear();
    expect(aborted).toEqual([2]);
  });

  it('never answers before add() has returned, even when the transport answers at once', async () => {
    const order: string[] = [];
    const queue = queueOn((requests, done) => {
      done(requests.map(() => ({ url: 'x' }) as never));
      return () => order.push('aborted');
    });
    queue.add(request, () => order.push('answered'));
    order.push('returned');
    await Promise.resolve();
    queue.clear();
    expect(order).toEqual(['returned', 'answered']);
  });

  it('waits before it repeats what a transport fails at once', async () => {
    const waits: number[] = [];
    const waiting = { now: () => 0, after: (ms: number) => (waits.push(ms), () => undefined) };
    let requests = 0;
    const failing: SignTransport = (asked, done) => {
      requests += 1;
      done(asked.map(({ path }) => new ResourceUrlError('network', path)));
      return () => undefined;
    };
    requestQueue(failing, waiting, DEFAULT_BACKOFF, queueMicrotask).add(request, fail);
    await Promise.resolve();
    await Promise.resolve();
    expect(requests).toBe(1);
    expect(waits).toEqual([jasmine.any(Number)]);
    expect(waits[0]).toBeGreaterThanOrEqual(750);
  });
});
