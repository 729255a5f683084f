import fc from 'fast-check';
import { queueUnderTest, sizes } from './testing/queue-under-test.ts';

describe('The request queue', () => {
  beforeEach(() => {
    spyOn(Math, 'random').and.returnValue(0.5);
  });

  describe('repeats a request that failed altogether', () => {
    for (const [jitter, delays] of [
      [0, [750, 1_500, 3_000]],
      [0.5, [1_000, 2_000, 4_000]],
      [0.999, [1_249.5, 2_499, 4_998]],
    ] as const) {
      it(`after ${delays.join(', ')} ms, when the dice say ${jitter}, and then tells everyone`, () => {
        (Math.random as jasmine.Spy).and.returnValue(jitter);
        const { clock, transport, addMany, summary } = queueUnderTest();
        transport.respond = (request) => request.fail();
        addMany(3);
        clock.advance(delays[0] + delays[1] + delays[2] - 1);
        expect(summary()).toEqual({});
        clock.advance(60_000);
        expect(transport.gaps.map((gap) => Math.round(gap * 10) / 10)).toEqual([...delays]);
        expect(sizes(transport)).toEqual([3, 3, 3, 3]);
        expect(summary()).toEqual({ 'http-500': 3 });
        expect(clock.pending).toBe(0);
      });
    }

    for (const status of [0, 408, 429, 500, 502, 503, 599]) {
      it(`with ${status || 'no answer'}`, () => {
        const { clock, transport, add } = queueUnderTest();
        add();
        clock.turn();
        transport.last.fail(status);
        clock.advance(1_000);
        expect(transport.sent.length).toBe(2);
      });
    }

    for (const status of [400, 401, 403, 404, 409, 422, 499]) {
      it(`but not with ${status}`, () => {
        const { clock, transport, add } = queueUnderTest();
        const outcomes = add();
        clock.turn();
        transport.last.fail(status);
        expect(outcomes).toEqual([jasmine.objectContaining({ status })]);
        expect(clock.pending).toBe(0);
        clock.advance(60_000);
        expect(transport.sent.length).toBe(1);
      });
    }

    it('and those who wait learn nothing of it when the repetition succeeds', () => {
      const { clock, transport, add, summary } = queueUnderTest();
      add();
      clock.turn();
      transport.last.fail();
      clock.advance(1_000);
      transport.last.sign();
      expect(summary()).toEqual({ signed: 1 });
    });

    it('with the first delay again after an answer', () => {
      const { clock, transport, add } = queueUnderTest();
      add();
      clock.turn();
      transport.last.fail();
      clock.advance(1_000);
      transport.last.fail();
      clock.advance(2_000);
      transport.last.sign();
      add();
      clock.turn();
      transport.last.fail();
      clock.advance(1_000);
      expect(transport.gaps).toEqual([1_000, 2_000, 0, 1_000]);
    });

    it('together with what is asked for meanwhile, which comes after it', () => {
      const { clock, transport, add } = queueUnderTest();
      add('a.jpg');
      clock.turn();
      transport.last.fail();
      clock.advance(500);
      add('b.jpg');
      clock.advance(499);
      expect(transport.sent.length).toBe(1);
      clock.advance(1);
      expect(transport.last.paths).toEqual(['a.jpg', 'b.jpg']);
    });

    it('together with what was asked for while it was under way', () => {
      const { clock, transport, add } = queueUnderTest();
      add('a.jpg');
      clock.turn();
      add('b.jpg');
      transport.last.fail();
      clock.turn();
      expect(transport.sent.length).toBe(1);
      clock.advance(1_000);
      expect(transport.last.paths).toEqual(['a.jpg', 'b.jpg']);
    });

    it('as often as the configuration says, and not at all for 0', () => {
      for (const retries of [0, 1, 2]) {
        const { clock, transport, add, summary } = queueUnderTest({ retries });
        transport.respond = (request) => request.fail();
        add();
        clock.advance(60_000);
        expect(transport.sent.length).toBe(retries + 1);
        expect(summary()).toEqual({ 'http-500': 1 });
      }
    });

    it('once the page is looked at again, when it is hidden', () => {
      const { clock, transport, add } = queueUnderTest();
      add('a.jpg');
      clock.turn();
      transport.last.fail();
      clock.hide();
      clock.advance(3_600_000);
      add('b.jpg');
      clock.turn();
      expect(transport.sent.length).toBe(1);
      clock.show();
      expect(sizes(transport)).toEqual([1, 2]);
    });
  });

  describe('honours Retry-After', () => {
    it('when that is longer than its own delay', () => {
      const { clock, transport, add } = queueUnderTest();
      add();
      clock.turn();
      transport.last.fail(503, 6);
      clock.advance(5_999);
      expect(transport.sent.length).toBe(1);
      clock.advance(751);
      expect(transport.sent.length).toBe(2);
    });

    it('never by coming earlier, whatever the dice say', () => {
      const seconds = fc.integer({ min: 1, max: 120 });
      const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
      fc.assert(
        fc.property(seconds, dice, (retryAfter, jitter) => {
          (Math.random as jasmine.Spy).and.returnValue(jitter);
          const { clock, transport, queue, add } = queueUnderTest();
          add();
          clock.turn();
          transport.last.fail(429, retryAfter);
          clock.turn();
          expect(queue.closedMs()).toBeGreaterThanOrEqual(retryAfter * 1_000);
          expect(queue.closedMs()).toBeLessThanOrEqual(Math.max(1_250, retryAfter * 1_250));
          add();
          clock.advance(retryAfter * 1_000 - 1);
          expect(transport.sent.length).toBe(1);
        }),
      );
    });

    it('and tells those who wait at once when it is over 8 seconds', () => {
      (Math.random as jasmine.Spy).and.returnValue(0);
      const { clock, transport, add } = queueUnderTest();
      const outcomes = add('a.jpg');
      clock.turn();
      transport.last.fail(429, 9);
      expect(outcomes).toEqual([jasmine.objectContaining({ code: 'http-429', status: 429, retryAfter: 9 })]);
      expect(clock.pending).toBe(0);
      const next = add('b.jpg');
      clock.advance(300);
      expect(next).toEqual([jasmine.objectContaining({ code: 'unavailable', status: 503, retryAfter: 9 })]);
      expect(transport.sent.length).toBe(1);
    });

    it('and keeps them waiting for exactly 8 seconds', () => {
      (Math.random as jasmine.Spy).and.returnValue(0);
      const { clock, transport, add } = queueUnderTest();
      const outcomes = add();
      clock.turn();
      transport.last.fail(429, 8);
      clock.advance(7_999);
      expect([outcomes.length, transport.sent.length]).toEqual([0, 1]);
      clock.advance(1);
      expect(transport.sent.length).toBe(2);
    });
  });
});
