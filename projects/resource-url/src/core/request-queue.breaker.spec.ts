import { queueUnderTest, sizes, withOpenBreaker } from './testing/queue-under-test.ts';
import { refused } from './testing/scripted-transport.ts';

describe('The request queue', () => {
  beforeEach(() => {
    spyOn(Math, 'random').and.returnValue(0.5);
  });

  describe('sends one request at a time while requests fail', () => {
    it('and lets the others follow when it succeeds', () => {
      const { clock, transport, addMany, summary } = queueUnderTest();
      addMany(450);
      clock.turn();
      for (const request of transport.open) request.fail();
      clock.advance(1_000);
      expect(sizes(transport)).toEqual([200, 200, 50, 200]);
      transport.last.sign();
      clock.turn();
      expect(sizes(transport)).toEqual([200, 200, 50, 200, 200, 50]);
      for (const request of transport.open) request.sign();
      expect(summary()).toEqual({ signed: 450 });
    });

    it('and counts those that were under way together as one failure', () => {
      const { clock, transport, queue, addMany } = queueUnderTest();
      addMany(600);
      clock.turn();
      for (const request of transport.open) request.fail();
      expect(queue.closedMs()).toBe(1_000);
      clock.advance(1_000);
      transport.last.fail();
      expect(queue.closedMs()).toBe(2_000);
    });

    it('and waits for one that is still under way when the delay is over', () => {
      const { clock, transport, addMany, summary } = queueUnderTest();
      addMany(201);
      clock.turn();
      const [first, slow] = transport.open;
      first!.fail();
      clock.advance(5_000);
      expect(transport.sent.length).toBe(2);
      slow!.sign();
      clock.turn();
      expect(sizes(transport)).toEqual([200, 1, 200]);
      transport.last.sign();
      expect(summary()).toEqual({ signed: 201 });
    });

    it('and repeats at once what was under way for longer than the delay', () => {
      const { clock, transport, addMany } = queueUnderTest();
      addMany(201);
      clock.turn();
      const [first, slow] = transport.open;
      first!.fail();
      clock.advance(5_000);
      slow!.fail();
      clock.turn();
      expect(sizes(transport)).toEqual([200, 1, 200]);
      expect(transport.gaps).toEqual([0, 5_000]);
    });

    it('so that the chunks behind the first are not tried one after the other when the breaker opens', () => {
      const { clock, transport, addMany, summary } = queueUnderTest();
      transport.respond = (request) => request.fail();
      addMany(450);
      clock.advance(20_000);
      expect(sizes(transport)).toEqual([200, 200, 200, 200, 200]);
      expect(summary()).toEqual({ 'http-500': 400, unavailable: 50 });
      expect(clock.pending).toBe(0);
    });
  });

  describe('takes a refusal of single resources for an answer', () => {
    it('that a path may be refused for good, and another one for now', () => {
      const { clock, transport, addMany, queue, summary } = queueUnderTest();
      addMany(3);
      clock.turn();
      transport.last.answer((path, index) => refused(path, [404, 503, 503][index]!));
      clock.turn();
      expect(summary()).toEqual({ 'http-404': 1, 'http-503': 2 });
      expect(queue.closedMs()).toBeLessThanOrEqual(0);
      expect(clock.pending).toBe(0);
    });

    it('that never opens the breaker, and forgets earlier failures', () => {
      const { clock, transport, add, queue } = queueUnderTest();
      for (let round = 0; round < 10; round++) {
        add();
        clock.turn();
        transport.last.fail(round % 2 === 0 ? 503 : 403);
        clock.advance(1_000);
        if (transport.open.length) transport.last.fail(404);
      }
      expect(queue.closedMs()).toBeLessThanOrEqual(0);
      expect(Math.max(...transport.gaps)).toBe(1_000);
    });
  });

  describe('opens the breaker after five failures in a row', () => {
    it('but not after four: who asks then is asked for', () => {
      const { clock, transport, add, queue } = queueUnderTest();
      transport.respond = (request) => request.fail();
      add();
      clock.advance(7_000);
      expect(transport.sent.length).toBe(4);
      expect(queue.closedMs()).toBe(0);
      add();
      clock.turn();
      expect(transport.sent.length).toBe(5);
      expect(queue.closedMs()).toBe(30_000);
    });

    it('and then tells who asks at once, without a request', () => {
      const { clock, transport, addMany, told, queue } = withOpenBreaker();
      expect(queue.closedMs()).toBe(30_000);
      clock.advance(500);
      addMany(2);
      clock.turn();
      expect(transport.sent).toEqual([]);
      for (const outcomes of told.values()) {
        expect(outcomes).toEqual([
          jasmine.objectContaining({ code: 'unavailable', status: 503, retryAfter: 30 }),
        ]);
      }
      expect([...told.keys()]).toEqual(
        [...told.values()].map(([outcome]) => /"(.+)"/.exec((outcome as Error).message)![1]!),
      );
      expect(clock.pending).toBe(0);
    });

    it('and lets who asks shortly before the probe wait for it', () => {
      const { clock, transport, add } = withOpenBreaker();
      clock.advance(21_999);
      const told = add();
      clock.turn();
      expect(told.length).toBe(1);
      clock.advance(1);
      const waits = add();
      clock.advance(7_999);
      expect(waits.length + transport.sent.length).toBe(0);
      clock.advance(1);
      expect(transport.sent.length).toBe(1);
    });

    it('and sends one probe each 30 seconds, however much is asked for', () => {
      const { clock, transport, addMany, summary } = withOpenBreaker();
      for (let second = 0; second < 100; second++) {
        addMany(300);
        clock.advance(1_000);
      }
      expect(sizes(transport)).toEqual([200, 200, 200]);
      expect(transport.gaps).toEqual([30_000, 30_000]);
      expect(summary()['signed']).toBeUndefined();
    });

    it('and tells those of a failed probe at once: probes are not repeated', () => {
      const { clock, transport, add, queue } = withOpenBreaker();
      clock.advance(30_000);
      const outcomes = add();
      clock.turn();
      expect(outcomes).toEqual([jasmine.objectContaining({ code: 'http-500' })]);
      expect(queue.closedMs()).toBe(30_000);
      expect(transport.sent.length).toBe(1);
    });

    it('until a probe succeeds, which releases all that waits', () => {
      const { clock, transport, addMany, summary, queue } = withOpenBreaker();
      transport.respond = () => undefined;
      clock.advance(25_000);
      addMany(500);
      clock.advance(5_000);
      expect(sizes(transport)).toEqual([200]);
      transport.last.sign();
      clock.turn();
      expect(sizes(transport)).toEqual([200, 200, 100]);
      for (const request of transport.open) request.sign();
      expect(summary()).toEqual({ signed: 500 });
      expect(queue.closedMs()).toBeLessThanOrEqual(0);
    });

    it('and starts to count anew after that', () => {
      const { clock, transport, add } = withOpenBreaker();
      clock.advance(30_000);
      transport.respond = () => undefined;
      add();
      clock.turn();
      transport.last.sign();
      add();
      clock.turn();
      transport.last.fail();
      clock.advance(1_000);
      expect(transport.gaps).toEqual([0, 1_000]);
    });

    it('after as many as the configuration says, and probes as often as it says', () => {
      const { clock, transport, add, queue } = queueUnderTest({ retries: 0, failures: 2, probeMs: 12_000 });
      transport.respond = (request) => request.fail();
      add();
      clock.turn();
      expect(queue.closedMs()).toBe(0);
      add();
      clock.turn();
      expect(queue.closedMs()).toBe(12_000);
    });

    it('and waits longer for a probe when the server says so', () => {
      const { clock, transport, add, queue } = withOpenBreaker();
      clock.advance(30_000);
      transport.respond = (request) => request.fail(503, 120);
      add();
      clock.turn();
      expect(queue.closedMs()).toBe(120 * 1_125);
    });
  });
});
