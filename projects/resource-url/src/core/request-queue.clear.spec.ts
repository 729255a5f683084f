import { queueUnderTest, sizes, withOpenBreaker } from './testing/queue-under-test.ts';
import { requestOf, type SentRequest } from './testing/scripted-transport.ts';

describe('The request queue', () => {
  beforeEach(() => {
    spyOn(Math, 'random').and.returnValue(0.5);
  });

  describe('clear()', () => {
    it('aborts what is under way, once, and not what was answered', () => {
      const { clock, transport, queue, add } = queueUnderTest();
      add();
      clock.turn();
      transport.last.sign();
      add();
      clock.turn();
      queue.clear();
      queue.clear();
      expect(transport.sent.map(({ aborted }) => aborted)).toEqual([0, 1]);
    });

    it('forgets what is to be sent in this turn', () => {
      const { clock, transport, queue, add } = queueUnderTest();
      const outcomes = add();
      queue.clear();
      clock.advance(60_000);
      expect(transport.sent.length + outcomes.length).toBe(0);
    });

    it('forgets what waits for a repetition, and its timer', () => {
      const { clock, transport, queue, add } = queueUnderTest();
      const outcomes = add();
      clock.turn();
      transport.last.fail();
      clock.turn();
      expect(clock.pending).toBe(1);
      queue.clear();
      expect(clock.pending).toBe(0);
      clock.advance(60_000);
      expect([transport.sent.length, outcomes.length]).toEqual([1, 0]);
    });

    it('closes the breaker, and forgets the failures', () => {
      const { clock, transport, queue, add } = withOpenBreaker();
      transport.respond = () => undefined;
      queue.clear();
      expect(queue.closedMs()).toBeLessThanOrEqual(0);
      add();
      clock.turn();
      transport.last.fail();
      clock.advance(1_000);
      expect(transport.gaps).toEqual([1_000]);
    });

    it('lets what is asked for afterwards be sent in the same turn', () => {
      const { clock, transport, queue, add } = queueUnderTest();
      add('a.jpg');
      queue.clear();
      add('b.jpg');
      clock.turn();
      expect(transport.sent.map(({ paths }) => paths)).toEqual([['b.jpg']]);
    });

    it('inside the transport, as of an interceptor: aborts, sends nothing more, and tells nobody', () => {
      const { clock, transport, queue, addMany, summary } = queueUnderTest();
      transport.respond = () => queue.clear();
      addMany(400);
      clock.turn();
      expect(sizes(transport)).toEqual([200]);
      expect(transport.last.aborted).toBe(1);
      transport.last.sign();
      transport.last.fail();
      clock.advance(60_000);
      expect(summary()).toEqual({});
      expect(transport.sent.length).toBe(1);
      expect(queue.closedMs()).toBeLessThanOrEqual(0);
    });

    it('inside the transport, which then answers at once: tells nobody, and repeats nothing', () => {
      const { clock, transport, queue, add, summary } = queueUnderTest();
      const answers: ((request: SentRequest) => void)[] = [(r) => r.sign(), (r) => r.fail()];
      for (const answer of answers) {
        transport.respond = (request) => {
          queue.clear();
          answer(request);
        };
        add();
        clock.advance(60_000);
      }
      expect(transport.sent.length).toBe(2);
      expect(summary()).toEqual({});
      expect(queue.closedMs()).toBeLessThanOrEqual(0);
    });

    it('inside done: nobody else is told, neither of this answer', () => {
      const { clock, transport, queue, addMany, summary } = queueUnderTest();
      queue.add(requestOf('first.jpg'), () => queue.clear());
      addMany(3);
      clock.turn();
      transport.last.sign();
      clock.advance(60_000);
      expect(summary()).toEqual({});
      expect(transport.sent.length).toBe(1);
    });

    it('nor that requests are unavailable', () => {
      const { clock, queue, addMany, summary } = withOpenBreaker();
      queue.add(requestOf('first.jpg'), () => queue.clear());
      addMany(3);
      clock.advance(60_000);
      expect(summary()).toEqual({});
    });

    it('and what is asked for inside done is sent in a request of its own', () => {
      const { clock, transport, queue, add } = queueUnderTest();
      queue.add(requestOf('a.jpg'), () => add('b.jpg'));
      clock.turn();
      transport.last.sign();
      expect(transport.sent.length).toBe(1);
      clock.turn();
      expect(transport.last.paths).toEqual(['b.jpg']);
    });
  });
});
