import fc from 'fast-check';
import { DEFAULT_BACKOFF } from './backoff.ts';
import { requestQueue } from './request-queue.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { queueUnderTest, sizes } from './testing/queue-under-test.ts';
import { refused, requestOf, ScriptedTransport } from './testing/scripted-transport.ts';

describe('The request queue', () => {
  beforeEach(() => {
    spyOn(Math, 'random').and.returnValue(0.5);
  });

  describe('collects', () => {
    it('what is asked for in one turn, and sends it in one request at the end of the turn', () => {
      const { clock, transport, add } = queueUnderTest();
      add('a.jpg');
      add('b.jpg');
      expect(transport.sent).toEqual([]);
      clock.turn();
      expect(transport.sent.map(({ paths }) => paths)).toEqual([['a.jpg', 'b.jpg']]);
    });

    it('into one microtask for each turn', () => {
      const clock = new FakeClock();
      const microtask = spyOn(clock, 'microtask').and.callThrough();
      const queue = requestQueue(new ScriptedTransport(clock).transport, clock, DEFAULT_BACKOFF, microtask);
      queue.add(requestOf('a.jpg'), () => undefined);
      queue.add(requestOf('b.jpg'), () => undefined);
      expect(microtask).toHaveBeenCalledTimes(1);
      clock.turn();
      queue.add(requestOf('c.jpg'), () => undefined);
      expect(microtask).toHaveBeenCalledTimes(2);
    });

    it('what is asked for later into another request, sent beside the first', () => {
      const { clock, transport, add } = queueUnderTest();
      add('a.jpg');
      clock.turn();
      add('b.jpg');
      clock.turn();
      expect(transport.open.map(({ paths }) => paths)).toEqual([['a.jpg'], ['b.jpg']]);
    });

    it('at most 200 in one request, in the order in which they were asked for', () => {
      const { clock, transport, addMany, told } = queueUnderTest();
      addMany(401);
      clock.turn();
      expect(sizes(transport)).toEqual([200, 200, 1]);
      expect(transport.sent.flatMap(({ paths }) => paths)).toEqual([...told.keys()]);
    });

    it('the same resource twice when it is asked for twice: whoever asks is answered', () => {
      const { clock, transport, add, told } = queueUnderTest();
      add('a.jpg');
      add('a.jpg');
      clock.turn();
      transport.last.sign();
      expect(told.get('a.jpg')?.map((outcome) => (outcome as { signatureId: string }).signatureId)).toEqual([
        'sig_1',
        'sig_2',
      ]);
    });

    it('and answers with what the transport said about each', () => {
      const { clock, transport, add } = queueUnderTest();
      const [first, second] = [add('a.jpg'), add('b.jpg')];
      clock.turn();
      const outcomes = [{ url: '/a' }, refused('b.jpg', 403)];
      transport.last.answer((_, index) => outcomes[index]!);
      expect([first, second]).toEqual([[outcomes[0]!], [outcomes[1]!]]);
    });

    it('and never answers before add() has returned, even when the transport answers at once', () => {
      const { clock, transport, add } = queueUnderTest();
      transport.respond = (request) => request.sign();
      const outcomes = add();
      expect(outcomes).toEqual([]);
      clock.turn();
      expect(outcomes.length).toBe(1);
      expect(transport.last.aborted).toBe(0);
    });

    it('and has no microtask for nothing after an answer', () => {
      const { clock, transport, add } = queueUnderTest();
      add();
      clock.turn();
      const before = clock.microtasksRun;
      transport.last.sign();
      clock.turn();
      expect(clock.microtasksRun).toBe(before);
    });

    it('and leaves no timer behind', () => {
      const { clock, transport, addMany } = queueUnderTest();
      addMany(201);
      clock.turn();
      for (const request of transport.open) request.sign();
      expect(clock.pending).toBe(0);
    });
  });

  describe('whatever happens', () => {
    type Step =
      | { readonly what: 'add'; readonly count: number }
      | { readonly what: 'answer'; readonly which: number; readonly status: number }
      | { readonly what: 'wait'; readonly ms: number }
      | { readonly what: 'clear' }
      | { readonly what: 'turn' };

    const steps = fc.array(
      fc.oneof<fc.Arbitrary<Step>[]>(
        fc.record({ what: fc.constant('add' as const), count: fc.integer({ min: 1, max: 450 }) }),
        fc.record({
          what: fc.constant('answer' as const),
          which: fc.nat(5),
          status: fc.constantFrom(200, 200, 0, 403, 413, 429, 500),
        }),
        fc.record({ what: fc.constant('wait' as const), ms: fc.nat(40_000) }),
        fc.constantFrom<Step>({ what: 'clear' }, { what: 'turn' }),
      ),
      { maxLength: 30 },
    );

    it('each is answered once, or dropped by clear(), and sent in requests of 1 to 200, in order', () => {
      fc.assert(
        fc.property(steps, (all) => {
          const { clock, transport, queue, addMany, told } = queueUnderTest();
          const dropped = new Set<string>();
          const perform = (step: Step) => {
            if (step.what === 'add') addMany(step.count);
            else if (step.what === 'wait') clock.advance(step.ms);
            else if (step.what === 'turn') clock.turn();
            else if (step.what === 'clear') {
              for (const [path, { length }] of told) if (length === 0) dropped.add(path);
              queue.clear();
            } else {
              const request = transport.open[step.which % (transport.open.length || 1)];
              if (step.status === 200) request?.sign();
              else request?.fail(step.status);
            }
          };
          for (const step of all) perform(step);
          // In the end the server works.
          for (let round = 0; round < 20; round++) {
            clock.advance(10_000);
            for (const request of transport.open) request.sign();
          }
          for (const [path, { length }] of told) expect(length).toBe(dropped.has(path) ? 0 : 1);
          const seen = new Set<string>();
          for (const { paths } of transport.sent) {
            expect(paths.length).toBeGreaterThan(0);
            expect(paths.length).toBeLessThanOrEqual(200);
            const sentFirst = paths.filter((path) => !seen.has(path)).map((path) => parseInt(path, 10));
            expect(sentFirst).toEqual(sentFirst.toSorted((one, other) => one - other));
            for (const path of paths) seen.add(path);
          }
          expect(clock.pending).toBe(0);
        }),
      );
    });
  });
});
