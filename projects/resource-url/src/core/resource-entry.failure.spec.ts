import { entryUnderTest, HOUR } from './testing/entry-under-test.ts';

describe('An entry', () => {
  describe('that got no URL', () => {
    it('has failed when no fallback is configured', () => {
      const { entry, listen, fail } = entryUnderTest();
      const { urls } = listen();
      fail(403);
      expect(urls).toEqual([]);
      expect(entry.state).toEqual({
        status: 'failed',
        expiresAt: undefined,
        error: jasmine.objectContaining({ code: 'http-403' }) as never,
      });
    });

    it('hands the fallback to those who show nothing yet, and the URL when it comes', () => {
      const { entry, listen, fail, sign } = entryUnderTest({ fallback: '/nobody.svg' });
      const { urls } = listen();
      fail(403);
      expect(urls).toEqual(['/nobody.svg']);
      expect(entry.state.status).toBe('fallback');
      entry.refresh();
      expect(entry.state).toEqual({ status: 'loading', expiresAt: undefined, error: undefined });
      const url = sign();
      expect(urls).toEqual(['/nobody.svg', url]);
    });

    it('does not hand the fallback out a second time', () => {
      const { entry, listen, fail } = entryUnderTest({ fallback: '/nobody.svg' });
      const { urls } = listen();
      fail(403);
      entry.refresh();
      fail(403);
      expect(urls).toEqual(['/nobody.svg']);
    });

    it('asks again when somebody else comes, and hands the fallback to them', () => {
      const { questions, listen, fail } = entryUnderTest({ fallback: '/nobody.svg' });
      listen();
      fail(403);
      const second = listen();
      expect(second.urls).toEqual([]);
      expect(questions.length).toBe(2);
      fail(403);
      expect(second.urls).toEqual(['/nobody.svg']);
    });

    it('keeps showing the old one, stale, while that works', () => {
      const { clock, entry, listen, shown, fail } = entryUnderTest({ fallback: '/nobody.svg' });
      const expiresAt = new Date(clock.now() + HOUR);
      const { urls, url } = shown();
      entry.refresh();
      fail();
      expect(entry.state).toEqual({
        status: 'stale',
        expiresAt,
        error: jasmine.objectContaining({ code: 'http-500' }) as never,
      });
      expect([urls, listen().urls]).toEqual([[url], [url]]);
    });

    it('does not replace what somebody shows by the fallback when the old one is over', () => {
      const { clock, entry, shown, listen, fail } = entryUnderTest({ fallback: '/nobody.svg' });
      const { urls, url } = shown();
      clock.advance(HOUR);
      const late = listen();
      fail(403);
      expect([urls, late.urls]).toEqual([[url], ['/nobody.svg']]);
      expect(entry.state.status).toBe('fallback');
      expect(entry.state.expiresAt).toBeUndefined();
    });
  });

  describe('that ails', () => {
    it('does so only while somebody waits for what failed for a passing reason', () => {
      for (const [status, ails] of [
        [0, true],
        [429, true],
        [500, true],
        [403, false],
      ] as const) {
        const { entry, listen, fail, changes } = entryUnderTest();
        const { stop } = listen();
        expect(entry.ails).toBeFalse();
        fail(status);
        expect([entry.ails, changes.at(-1)!.ails])
          .withContext(`${status}`)
          .toEqual([ails, ails]);
        stop();
        expect([entry.ails, changes.at(-1)!.ails]).toEqual([false, false]);
      }
    });

    it('does not because of a URL that somebody shows, and nobody wants anew', () => {
      const { clock, entry, shown, fail } = entryUnderTest();
      shown();
      clock.advance(HOUR);
      entry.settle(() => undefined);
      fail();
      expect([entry.state.status, entry.ails]).toEqual(['failed', false]);
    });

    it('asks once more when told to heal, and keeps its state until the answer', () => {
      const { entry, listen, fail, sign, questions } = entryUnderTest({ fallback: '/nobody.svg' });
      const { urls } = listen();
      fail();
      const before = entry.state;
      entry.heal();
      expect(questions.length).toBe(2);
      expect(entry.state).toBe(before);
      expect([entry.ails, entry.idle]).toEqual([false, false]);
      entry.heal();
      expect(questions.length).toBe(2);
      fail();
      expect([entry.ails, entry.state.status]).toEqual([true, 'fallback']);
      entry.heal();
      const url = sign();
      expect(urls).toEqual(['/nobody.svg', url]);
      expect([entry.ails, entry.state.status, entry.state.error]).toEqual([false, 'ready', undefined]);
    });

    it('does not heal what is well, refused for good or waited for by nobody', () => {
      const well = entryUnderTest();
      well.shown();
      well.entry.heal();
      const refusedForGood = entryUnderTest();
      refusedForGood.listen();
      refusedForGood.fail(403);
      refusedForGood.entry.heal();
      const left = entryUnderTest();
      const { stop } = left.listen();
      left.fail(500);
      stop();
      left.entry.heal();
      expect([well, refusedForGood, left].map(({ questions }) => questions.length)).toEqual([1, 1, 1]);
    });

    it('heals for who keeps it fresh, whose old URL is still shown', () => {
      const { clock, entry, shown, fail, sign } = entryUnderTest();
      const { urls } = shown(true);
      clock.advance(0.9 * HOUR);
      fail();
      expect([entry.state.status, entry.ails]).toEqual(['stale', true]);
      entry.heal();
      expect(urls.length).toBe(1);
      const url = sign();
      expect(urls.at(-1)).toBe(url);
    });

    it('goes on ailing when it is invalidated', () => {
      const { clock, entry, shown, fail, sign } = entryUnderTest();
      const { urls } = shown(true);
      clock.advance(0.9 * HOUR);
      fail();
      entry.invalidate();
      expect([entry.state.status, entry.ails]).toEqual(['stale', true]);
      entry.heal();
      const url = sign();
      expect(urls.at(-1)).toBe(url);
    });
  });

  describe('reported broken', () => {
    it('asks once for a new URL and hands it to everyone', () => {
      const { entry, questions, listen, shown, sign } = entryUnderTest();
      const first = shown();
      const second = listen();
      entry.reportBroken();
      entry.reportBroken();
      expect([questions.length, entry.state.status]).toEqual([2, 'stale']);
      const url = sign();
      expect([first.urls, second.urls]).toEqual([
        [first.url, url],
        [first.url, url],
      ]);
    });

    it('does not use the URL at hand for who comes meanwhile', () => {
      const { entry, questions, listen, shown } = entryUnderTest();
      shown();
      entry.reportBroken();
      expect(listen().urls).toEqual([]);
      expect(questions.length).toBe(2);
    });

    it('gives up with does-not-load when the very same URL is the answer', () => {
      for (const fallback of [undefined, '/nobody.svg']) {
        const { clock, entry, shown, questions, answer, signed } = entryUnderTest({ fallback });
        const { urls, url } = shown();
        entry.reportBroken();
        answer({ ...signed(), url });
        expect(urls).toEqual(fallback ? [url, fallback] : [url]);
        expect(entry.state.status).toBe(fallback ? 'fallback' : 'failed');
        expect(entry.state.error).toEqual(jasmine.objectContaining({ code: 'does-not-load', status: 0 }));
        expect(entry.state.error!.message).toContain('a.jpg');
        expect(entry.ails).toBeFalse();
        entry.reportBroken();
        expect([questions.length, clock.pending]).toEqual([2, 0]);
      }
    });

    it('lets who comes later load what did not load before', () => {
      const { entry, listen, shown, answer, signed } = entryUnderTest();
      const { url } = shown();
      entry.reportBroken();
      answer({ ...signed(), url });
      const later = listen();
      answer({ ...signed(), url });
      expect(later.urls).toEqual([url]);
      expect(entry.state.status).toBe('ready');
    });

    it('hands the fallback to everyone when no new one is to be had', () => {
      const { entry, shown, fail } = entryUnderTest({ fallback: '/nobody.svg' });
      const { urls, url } = shown();
      entry.reportBroken();
      fail();
      expect(urls).toEqual([url, '/nobody.svg']);
      expect([entry.state.status, entry.ails]).toEqual(['fallback', true]);
    });

    it('and reported again after a new URL came, asks again', () => {
      const { entry, shown, questions, sign } = entryUnderTest();
      shown();
      entry.reportBroken();
      sign();
      entry.reportBroken();
      expect(questions.length).toBe(3);
    });

    it('changes nothing before there is a URL', () => {
      const { entry, questions, listen, sign } = entryUnderTest();
      entry.reportBroken();
      expect(questions.length).toBe(0);
      const { urls } = listen();
      entry.reportBroken();
      const url = sign();
      expect([questions.length, urls]).toEqual([1, [url]]);
    });

    it('asks also after it was invalidated: that alone replaced nothing', () => {
      const { entry, questions, shown, sign } = entryUnderTest();
      const { urls, url } = shown();
      entry.invalidate();
      entry.reportBroken();
      entry.reportBroken();
      expect(questions.length).toBe(2);
      const next = sign();
      expect(urls).toEqual([url, next]);
    });

    it('changes nothing while what was invalidated is asked for: who comes first may load it', () => {
      const { entry, questions, shown, listen, answer, signed } = entryUnderTest({ fallback: '/nobody.svg' });
      const { url } = shown();
      entry.invalidate();
      const second = listen();
      entry.reportBroken();
      answer({ ...signed(), url });
      expect(second.urls).toEqual([url]);
      expect(questions.length).toBe(2);
    });
  });
});
