import type { Outcome } from './outcome.ts';
import { entryUnderTest } from './testing/entry-under-test.ts';

describe('An entry', () => {
  describe('settled', () => {
    it('hands out the URL at hand at once', () => {
      const { entry, questions, shown } = entryUnderTest();
      const { url } = shown();
      const outcomes: Outcome[] = [];
      entry.settle((outcome) => outcomes.push(outcome));
      expect(outcomes).toEqual([jasmine.objectContaining({ url })]);
      expect(questions.length).toBe(1);
    });

    it('asks once for all who wait, and hands each the answer, once', () => {
      const { entry, questions, signed, answer, listen } = entryUnderTest();
      const outcomes: Outcome[] = [];
      entry.settle((outcome) => outcomes.push(outcome));
      entry.settle((outcome) => outcomes.push(outcome));
      expect(questions.length).toBe(1);
      const outcome = signed();
      answer(outcome);
      expect(outcomes).toEqual([outcome, outcome]);
      expect(listen().urls).toEqual([outcome.url]);
      entry.refresh();
      answer(signed());
      expect(outcomes.length).toBe(2);
    });

    it('hands out the error, and asks again the next time', () => {
      const { entry, questions, fail } = entryUnderTest();
      const outcomes: Outcome[] = [];
      entry.settle((outcome) => outcomes.push(outcome));
      fail(403);
      expect(outcomes).toEqual([jasmine.objectContaining({ code: 'http-403' })]);
      expect([entry.idle, entry.ails]).toEqual([true, false]);
      entry.settle((outcome) => outcomes.push(outcome));
      expect([questions.length, outcomes.length]).toEqual([2, 1]);
    });

    it('is told after those who listen', () => {
      const { entry, sign } = entryUnderTest();
      const order: string[] = [];
      entry.settle(() => order.push(`settled, ${entry.state.status}`));
      entry.listen(() => order.push('shown'), false);
      sign();
      expect(order).toEqual(['shown', 'settled, ready']);
    });

    it('inside the answer, waits for an answer of its own', () => {
      const { entry, fail, questions } = entryUnderTest();
      let told = 0;
      entry.settle(() => {
        told += 1;
        entry.settle(() => (told += 1));
      });
      fail(403);
      expect([told, questions.length]).toEqual([1, 2]);
      fail(403);
      expect(told).toBe(2);
    });
  });

  describe('told to forget', () => {
    it('has no URL any more; who shows one keeps it, and nothing is asked for', () => {
      const { entry, questions, listen, shown, sign } = entryUnderTest();
      const { urls, url } = shown();
      entry.forget();
      expect(entry.state).toEqual({ status: 'loading', expiresAt: undefined, error: undefined });
      expect(questions.length).toBe(1);
      expect(listen().urls).toEqual([]);
      sign();
      expect(urls).toEqual([url]);
    });

    it('asks anew for those who wait, or keep it fresh', () => {
      const waiting = entryUnderTest();
      const { urls } = waiting.listen();
      waiting.entry.forget();
      expect(waiting.questions.length).toBe(2);
      const url = waiting.sign();
      expect(urls).toEqual([url]);
      const kept = entryUnderTest();
      const { urls: fresh } = kept.shown(true);
      kept.entry.forget();
      expect([kept.questions.length, kept.clock.pending]).toEqual([2, 0]);
      kept.sign();
      expect(fresh.length).toBe(2);
    });

    it('drops the answer under way', () => {
      const { entry, questions, signed, listen } = entryUnderTest();
      const { urls, stop } = listen();
      stop();
      entry.forget();
      questions[0]!.answer(signed());
      expect([urls, entry.state.status, entry.idle]).toEqual([[], 'loading', true]);
    });

    it('tells who waits for an outcome that it was cancelled, once', () => {
      const { entry, questions, signed } = entryUnderTest();
      const outcomes: Outcome[] = [];
      entry.settle((outcome) => outcomes.push(outcome));
      entry.forget();
      entry.forget();
      questions[0]!.answer(signed());
      expect(outcomes).toEqual([jasmine.objectContaining({ code: 'cancelled', status: 0 })]);
      expect(questions.length).toBe(1);
    });

    it('forgets that the URL was broken', () => {
      const { entry, listen, shown, answer, signed } = entryUnderTest();
      const { url } = shown();
      entry.reportBroken();
      entry.forget();
      answer({ ...signed(), url });
      expect(entry.state.status).toBe('ready');
      expect(listen().urls).toEqual([url]);
    });

    it('has nothing to report broken or to invalidate', () => {
      const { entry, questions, shown } = entryUnderTest();
      shown();
      entry.forget();
      entry.reportBroken();
      entry.invalidate();
      expect([questions.length, entry.state.status]).toEqual([1, 'loading']);
    });
  });
});
