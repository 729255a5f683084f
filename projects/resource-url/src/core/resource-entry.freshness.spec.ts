import { entryUnderTest, HOUR } from './testing/entry-under-test.ts';

describe('An entry', () => {
  describe('kept fresh', () => {
    it('asks at 90 % of the lifetime, and hands the new URL to those alone who keep it fresh', () => {
      const { clock, questions, listen, sign } = entryUnderTest();
      const [fresh, plain] = [listen(true), listen()];
      const url = sign();
      clock.advance(0.9 * HOUR - 1);
      expect(questions.length).toBe(1);
      clock.advance(1);
      expect(questions.length).toBe(2);
      const next = sign();
      expect(fresh.urls).toEqual([url, next]);
      expect(plain.urls).toEqual([url]);
    });

    it('goes on so, with one timer', () => {
      const { clock, questions, listen, sign } = entryUnderTest();
      listen(true);
      listen(true);
      sign();
      for (let round = 2; round < 6; round++) {
        expect(clock.pending).toBe(1);
        clock.advance(0.9 * HOUR);
        expect(questions.length).toBe(round);
        expect(clock.pending).toBe(0);
        sign();
      }
    });

    it('does not without somebody who asked for that', () => {
      const { clock, questions, shown, listen } = entryUnderTest();
      shown();
      expect(clock.pending).toBe(0);
      const { stop } = listen(true);
      expect(clock.pending).toBe(1);
      stop();
      expect(clock.pending).toBe(0);
      clock.advance(2 * HOUR);
      expect(questions.length).toBe(1);
    });

    it('asks at once when somebody comes after 90 %, who shows the old URL until then', () => {
      const { clock, questions, listen, shown, sign } = entryUnderTest();
      const { url } = shown();
      clock.advance(0.95 * HOUR);
      const fresh = listen(true);
      expect([fresh.urls, questions.length]).toEqual([[url], 1]);
      clock.advance(0);
      expect(questions.length).toBe(2);
      const next = sign();
      expect(fresh.urls).toEqual([url, next]);
    });

    it('waits until the page is looked at', () => {
      const { clock, questions, shown } = entryUnderTest();
      shown(true);
      clock.hide();
      clock.advance(5 * HOUR);
      expect(questions.length).toBe(1);
      clock.show();
      expect(questions.length).toBe(2);
    });

    it('has no timer while it asks, nor after it was refused', () => {
      const { clock, entry, shown, fail } = entryUnderTest();
      shown(true);
      entry.refresh();
      expect(clock.pending).toBe(0);
      fail(403);
      expect(clock.pending).toBe(0);
      expect(entry.state.status).toBe('stale');
    });

    it('has no timer for a URL that was forgotten', () => {
      const { clock, entry, listen, shown } = entryUnderTest();
      shown();
      entry.forget();
      listen();
      listen(true);
      expect(clock.pending).toBe(0);
    });
  });

  describe('refreshed', () => {
    it('asks for a new URL for everyone, who show the old one until it comes', () => {
      const { entry, questions, listen, shown, sign } = entryUnderTest();
      const first = shown();
      entry.refresh();
      expect([questions.length, entry.state.status]).toEqual([2, 'stale']);
      const second = listen();
      expect(second.urls).toEqual([first.url]);
      const url = sign();
      expect(first.urls).toEqual([first.url, url]);
      expect(second.urls).toEqual([first.url]);
    });

    it('asks once, however often it is told to while the answer is under way', () => {
      const { entry, questions } = entryUnderTest();
      entry.refresh();
      entry.refresh();
      expect(questions.length).toBe(1);
    });

    it('does not repeat a URL that is shown already', () => {
      const { entry, shown, answer, signed } = entryUnderTest();
      const { urls, url } = shown();
      entry.refresh();
      answer({ ...signed(), url });
      expect(urls).toEqual([url]);
      expect(entry.state.status).toBe('ready');
    });

    it('hands the new URL to nobody a second time, so that no image is fetched twice', () => {
      const { entry, questions, listen, shown, sign } = entryUnderTest();
      const { urls } = shown();
      entry.refresh();
      sign();
      entry.invalidate();
      listen();
      sign();
      expect(questions.length).toBe(3);
      expect(urls.length).toBe(2);
    });

    it('takes the same URL again after it was reported broken: somebody insists', () => {
      const { entry, shown, fail, answer, signed } = entryUnderTest();
      const { url } = shown();
      entry.reportBroken();
      fail(403);
      entry.refresh();
      answer({ ...signed(), url });
      expect(entry.state.status).toBe('ready');
    });
  });

  describe('invalidated', () => {
    it('is stale, and asks for nothing before somebody comes', () => {
      const { clock, entry, questions, listen, shown, sign } = entryUnderTest();
      const expiresAt = new Date(clock.now() + HOUR);
      const { urls, url } = shown();
      entry.invalidate();
      expect(entry.state).toEqual({ status: 'stale', expiresAt, error: undefined });
      expect(questions.length).toBe(1);
      const second = listen();
      expect(second.urls).toEqual([]);
      const next = sign();
      expect([urls, second.urls]).toEqual([[url], [next]]);
    });

    it('drops the answer under way, and asks anew', () => {
      const { entry, questions, listen, signed, sign } = entryUnderTest();
      const { urls } = listen();
      entry.invalidate();
      expect(questions.length).toBe(2);
      questions[0]!.answer(signed());
      expect([urls, entry.state.status]).toEqual([[], 'loading']);
      const url = sign();
      expect(urls).toEqual([url]);
    });

    it('is loading again, or stale, when it is asked for anew', () => {
      const first = entryUnderTest();
      first.listen();
      first.entry.invalidate();
      expect(first.entry.state.status).toBe('loading');
      const second = entryUnderTest();
      second.shown();
      second.entry.refresh();
      second.entry.invalidate();
      expect(second.entry.state.status).toBe('stale');
    });

    it('changes nothing without a URL', () => {
      const { entry, questions, changes } = entryUnderTest();
      entry.invalidate();
      expect([questions.length, changes.length, entry.state.status]).toEqual([0, 0, 'loading']);
    });

    it('may get the same URL again', () => {
      const { entry, shown, listen, answer, signed } = entryUnderTest();
      const { url } = shown();
      entry.invalidate();
      const second = listen();
      answer({ ...signed(), url });
      expect([second.urls, entry.state.status]).toEqual([[url], 'ready']);
    });

    it('has no working URL when asking fails', () => {
      const { entry, shown, listen, fail } = entryUnderTest();
      shown();
      entry.invalidate();
      listen();
      fail(403);
      expect(entry.state.status).toBe('failed');
    });
  });
});
