import fc from 'fast-check';
import type { Outcome } from './outcome.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import { entryUnderTest, HOUR, known } from './testing/entry-under-test.ts';
import { refused, requestOf } from './testing/scripted-transport.ts';

describe('An entry', () => {
  it('asks for nothing by itself, is idle and loading', () => {
    const { entry, questions, changes, clock } = entryUnderTest();
    expect(questions).toEqual([]);
    expect(changes).toEqual([]);
    expect(entry.state).toEqual({ status: 'loading', expiresAt: undefined, error: undefined });
    expect([entry.idle, entry.ails, clock.pending]).toEqual([true, false, 0]);
    expect(entry.target.key).toBe('key');
  });

  describe('listened to', () => {
    it('asks once for all, and hands the URL to all', () => {
      const { entry, questions, listen, sign } = entryUnderTest();
      const [first, second] = [listen(), listen()];
      expect(questions.map(({ request }) => request)).toEqual([requestOf('a.jpg')]);
      const url = sign();
      expect([first.urls, second.urls]).toEqual([[url], [url]]);
      expect(entry.state.status).toBe('ready');
    });

    it('hands out the URL at hand at once, without a question', () => {
      const { questions, listen, shown } = entryUnderTest();
      const { url } = shown();
      expect(listen().urls).toEqual([url]);
      expect(questions.length).toBe(1);
    });

    it('says how long the URL works', () => {
      const { entry, shown, clock } = entryUnderTest();
      shown();
      expect(entry.state).toEqual({
        status: 'ready',
        expiresAt: new Date(clock.now() + HOUR),
        error: undefined,
      });
    });

    it('keeps the same state while it asks for the first URL: nobody is told of a change', () => {
      const { entry, listen } = entryUnderTest();
      const before = entry.state;
      listen();
      expect(entry.state).toBe(before);
    });

    it('is not idle, and asking is not either', () => {
      const { entry, listen, sign, changes } = entryUnderTest();
      const { stop } = listen();
      expect(changes.at(-1)).toEqual({ status: 'loading', idle: false, ails: false });
      stop();
      expect(changes.at(-1)).toEqual({ status: 'loading', idle: false, ails: false });
      sign();
      expect(changes.at(-1)).toEqual({ status: 'ready', idle: true, ails: false });
      const again = listen();
      expect([entry.idle, changes.at(-1)!.idle]).toEqual([false, false]);
      again.stop();
      expect(changes.at(-1)!.idle).toBeTrue();
    });

    it('hands nothing to who stopped listening', () => {
      const { listen, sign } = entryUnderTest();
      const { urls, stop } = listen();
      stop();
      sign();
      expect(urls).toEqual([]);
    });

    it('hands nothing to who stopped because of what another one was handed', () => {
      for (const outcome of ['url', 'fallback']) {
        const { entry, listen, sign, fail } = entryUnderTest({ fallback: '/nobody.svg' });
        let stop = (): void => undefined;
        entry.listen(() => stop(), false);
        const second = listen();
        stop = second.stop;
        if (outcome === 'url') sign();
        else fail(403);
        expect(second.urls).withContext(outcome).toEqual([]);
      }
    });

    it('hands a URL that was given up because of what another one was handed to nobody else', () => {
      const what: ('forget' | 'reportBroken' | 'refresh')[] = ['forget', 'reportBroken', 'refresh'];
      for (const call of what) {
        const { entry, listen, sign, questions } = entryUnderTest();
        const once = [call];
        entry.listen(() => once.splice(0).forEach((name) => entry[name]()), false);
        const second = listen();
        sign();
        expect(second.urls).withContext(call).toEqual([]);
        expect(questions.length).toBe(2);
        const url = sign();
        expect(second.urls).withContext(call).toEqual([url]);
      }
    });

    it('hands what is under way to who listens because of what another one was handed', () => {
      const { entry, listen, sign } = entryUnderTest();
      const inner: { urls: string[] }[] = [];
      entry.listen(() => inner.push(listen()), false);
      const url = sign();
      expect(inner.map(({ urls }) => urls)).toEqual([[url]]);
    });
  });

  describe('with a URL near its end', () => {
    it('hands it out until five seconds are left, and then asks for another one', () => {
      const { clock, questions, listen, shown, sign } = entryUnderTest();
      const old = shown();
      clock.advance(HOUR - 5_001);
      expect(listen().urls).toEqual([old.url]);
      clock.advance(1);
      const late = listen();
      expect(late.urls).toEqual([]);
      expect(questions.length).toBe(2);
      const url = sign();
      expect(late.urls).toEqual([url]);
      expect(old.urls).toEqual([old.url]);
    });

    it('is stale while it asks for another one', () => {
      const { clock, entry, listen, shown } = entryUnderTest();
      const expiresAt = new Date(clock.now() + HOUR);
      shown();
      clock.advance(HOUR);
      expect(entry.state.status).toBe('ready');
      listen();
      expect(entry.state).toEqual({ status: 'stale', expiresAt, error: undefined });
    });

    it('hands out one without an end for ever, and sets no timer', () => {
      const { clock, questions, listen, answer } = entryUnderTest();
      const first = listen(true);
      answer({ url: '/assets/a.jpg' });
      expect(clock.pending).toBe(0);
      clock.advance(1_000 * HOUR);
      expect(listen().urls).toEqual(first.urls);
      expect(questions.length).toBe(1);
    });
  });

  describe('whose outcome is known', () => {
    it('hands out the URL at once, and never asks', () => {
      const { entry, questions, listen } = entryUnderTest({ target: known('data:,x') });
      expect(entry.state).toEqual({ status: 'ready', expiresAt: undefined, error: undefined });
      expect(listen().urls).toEqual(['data:,x']);
      entry.refresh();
      entry.invalidate();
      expect(listen().urls).toEqual(['data:,x']);
      expect([entry.state.status, questions.length, entry.idle]).toEqual(['ready', 0, false]);
    });

    it('keeps it when told to forget', () => {
      const { entry, listen } = entryUnderTest({ target: known('data:,x') });
      entry.forget();
      expect(entry.state.status).toBe('ready');
      expect(listen().urls).toEqual(['data:,x']);
    });

    it('shows the fallback when it is reported broken, and the URL to who comes later', () => {
      const { entry, listen } = entryUnderTest({ target: known('data:,x'), fallback: '/nobody.svg' });
      const { urls } = listen();
      entry.reportBroken();
      expect(urls).toEqual(['data:,x', '/nobody.svg']);
      expect(entry.state.error).toEqual(jasmine.objectContaining({ code: 'does-not-load' }));
      // Nothing of a URL that was handed on belongs into a message.
      expect(entry.state.error!.message).not.toContain('data:');
      expect(listen().urls).toEqual(['data:,x']);
    });

    it('settles at once, with the URL or the error, also after it was invalidated', () => {
      for (const [text, what] of [
        ['data:,x', jasmine.objectContaining({ url: 'data:,x' })],
        ['..', jasmine.any(ResourceUrlError)],
      ] as const) {
        for (const onServer of [false, true]) {
          const { entry, questions } = entryUnderTest({ target: known(text), onServer });
          const outcomes: unknown[] = [];
          entry.settle((outcome) => outcomes.push(outcome));
          entry.invalidate();
          entry.settle((outcome) => outcomes.push(outcome));
          expect(outcomes).toEqual([what, what]);
          expect(questions).toEqual([]);
        }
      }
    });

    it('shows the fallback for a reference that names nothing', () => {
      const { entry, listen, questions } = entryUnderTest({ target: known('..'), fallback: '/nobody.svg' });
      expect(entry.state.status).toBe('fallback');
      expect(listen().urls).toEqual(['/nobody.svg']);
      expect([questions.length, entry.ails]).toEqual([0, false]);
    });
  });

  describe('while rendering on the server', () => {
    // Angular's platform-server and its builds set it.
    const server = globalThis as { ngServerMode?: boolean };
    beforeEach(() => (server.ngServerMode = true));
    afterEach(() => delete server.ngServerMode);

    it('is loading, and asks for nothing, whatever is called', () => {
      const { clock, entry, listen } = entryUnderTest({ onServer: true });
      const { urls } = listen(true);
      entry.refresh();
      entry.reportBroken();
      entry.invalidate();
      entry.heal();
      entry.forget();
      expect([urls, entry.state.status, clock.pending]).toEqual([[], 'loading', 0]);
    });

    it('settles with deferred', () => {
      const { entry } = entryUnderTest({ onServer: true });
      const outcomes: Outcome[] = [];
      entry.settle((outcome) => outcomes.push(outcome));
      expect(outcomes).toEqual([jasmine.objectContaining({ code: 'deferred' })]);
      expect((outcomes[0] as Error).message).toContain('a.jpg');
    });
  });

  describe('whatever happens', () => {
    const step = fc.oneof(
      fc.constantFrom('listen', 'listenFresh', 'stop', 'sign', 'same', 'fail', 'refuse', 'settle'),
      fc.constantFrom('refresh', 'reportBroken', 'invalidate', 'heal', 'forget', 'minute', 'hour'),
    );

    it('repeats no URL to a listener, hands nothing to who stopped, settles each once, leaves no timer', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, withFallback) => {
          const all = entryUnderTest({ fallback: withFallback ? '/nobody.svg' : undefined });
          const { clock, entry, questions, signed } = all;
          const listeners: { urls: string[]; stop: () => void; stopped?: number }[] = [];
          const settled: number[] = [];
          let same = signed();
          let answered = 0;
          const answer = (outcome: Outcome) => {
            if (answered === questions.length) return;
            answered = questions.length;
            all.answer(outcome);
          };
          const actions: Record<string, () => void> = {
            listen: () => listeners.push(all.listen()),
            listenFresh: () => listeners.push(all.listen(true)),
            stop: () => {
              const listener = listeners.find(({ stopped }) => stopped === undefined);
              listener?.stop();
              if (listener) listener.stopped = listener.urls.length;
            },
            sign: () => answer((same = signed())),
            same: () => answer(same),
            fail: () => answer(refused('a.jpg', 500)),
            refuse: () => answer(refused('a.jpg', 403)),
            settle: () => {
              const index = settled.push(0) - 1;
              entry.settle(() => (settled[index]! += 1));
            },
            refresh: entry.refresh,
            reportBroken: entry.reportBroken,
            invalidate: entry.invalidate,
            heal: entry.heal,
            forget: entry.forget,
            minute: () => clock.advance(60_000),
            hour: () => clock.advance(HOUR),
          };
          for (const name of steps) actions[name]!();
          for (const { stop } of listeners) stop();
          expect(clock.pending).toBe(0);
          actions['sign']!();
          expect(entry.idle).toBeTrue();
          expect(settled).toEqual(settled.map(() => 1));
          for (const { urls, stopped } of listeners) {
            expect(urls.filter((url, index) => url === urls[index - 1])).toEqual([]);
            if (stopped !== undefined) expect(urls.length).toBe(stopped);
          }
        }),
      );
    });
  });
});
