import { DEFAULT_BACKOFF } from './backoff.ts';
import type { Outcome } from './outcome.ts';
import { requestQueue } from './request-queue.ts';
import type { ResourceState } from './resource-state.ts';
import { resourceStore } from './resource-store.ts';
import type { Target } from './resolve-target.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { refused, requestOf, ScriptedTransport } from './testing/scripted-transport.ts';

const targetOf = (path: string): Target => ({ key: `key of ${path}`, request: requestOf(path) });

/** A store over a real queue, as the service puts them together. */
function setUp({ onServer = false, probeMs = 30_000, fallback = '' } = {}) {
  const clock = new FakeClock();
  const transport = new ScriptedTransport(clock);
  const backoff = { ...DEFAULT_BACKOFF, probeMs };
  const queue = requestQueue(transport.transport, clock, backoff, clock.microtask);
  const states: [string, ResourceState][] = [];
  const store = resourceStore(clock, fallback, onServer ? undefined : queue, probeMs, (key, state) =>
    states.push([key, state]),
  );
  const entry = (path: string) => store.entry(targetOf(path));
  const listen = (path: string, fresh = false) => {
    const urls: string[] = [];
    return { urls, stop: entry(path).listen((url) => urls.push(url), fresh) };
  };
  const listenToMany = (count: number) => Array.from({ length: count }, (_, n) => listen(`${n}.jpg`));
  /** Gives a resource a URL, and leaves it idle. */
  const visit = (path: string) => {
    const outcomes: Outcome[] = [];
    entry(path).settle((outcome) => outcomes.push(outcome));
    clock.turn();
    for (const request of transport.open) request.sign();
    return outcomes;
  };
  const isKept = (path: string) => {
    const before = transport.sent.length;
    visit(path);
    return transport.sent.length === before;
  };
  return { clock, transport, queue, store, states, entry, listen, listenToMany, visit, isKept };
}

describe('The store', () => {
  beforeEach(() => {
    spyOn(Math, 'random').and.returnValue(0.5);
  });

  it('has one entry for each key', () => {
    const { store, entry } = setUp();
    expect(entry('a.jpg')).toBe(entry('a.jpg'));
    expect(entry('a.jpg')).not.toBe(entry('b.jpg'));
    expect(store.entry({ ...targetOf('c.jpg'), key: targetOf('a.jpg').key })).toBe(entry('a.jpg'));
  });

  it('tells of every change of a state, and of a new entry', () => {
    const { clock, transport, states, listen } = setUp();
    listen('a.jpg');
    clock.turn();
    transport.last.sign();
    expect(new Set(states.map(([key]) => key))).toEqual(new Set(['key of a.jpg']));
    expect(states[0]![1].status).toBe('loading');
    expect(states.at(-1)![1].status).toBe('ready');
  });

  it('asks in one request for what is listened to in one turn', () => {
    const { clock, transport, listenToMany } = setUp();
    const listeners = listenToMany(200);
    clock.turn();
    transport.last.sign();
    expect(transport.sent.length).toBe(1);
    expect(listeners.every(({ urls }) => urls.length === 1)).toBeTrue();
    for (const { stop } of listeners) stop();
    expect(listenToMany(200).every(({ urls }) => urls.length === 1)).toBeTrue();
    clock.advance(60_000);
    expect(transport.sent.length).toBe(1);
  });

  it('hands the fallback it was given to its entries', () => {
    const { clock, transport, listen } = setUp({ fallback: '/nobody.svg' });
    const { urls } = listen('a.jpg');
    clock.turn();
    transport.last.fail(403);
    expect(urls).toEqual(['/nobody.svg']);
  });

  it('asks for nothing while rendering on the server, and may be cleared there', () => {
    const server = globalThis as { ngServerMode?: boolean };
    server.ngServerMode = true;
    const { clock, transport, store, listen } = setUp({ onServer: true });
    const { urls } = listen('a.jpg');
    store.clear();
    clock.advance(60_000);
    delete server.ngServerMode;
    expect([transport.sent.length, urls.length, clock.pending]).toEqual([0, 0, 0]);
  });

  describe('keeps the URLs of 1000 resources that nobody listens to', () => {
    it('and forgets the one idle longest when there are more', () => {
      const { visit, isKept } = setUp();
      for (let n = 0; n < 1_000; n++) visit(`${n}.jpg`);
      expect(isKept('0.jpg')).toBeTrue();
      visit('more.jpg');
      expect(isKept('1.jpg')).toBeTrue();
      visit('more still.jpg');
      expect([isKept('3.jpg'), isKept('2.jpg')]).toEqual([true, true]);
    });

    it('and an entry that nobody used either', () => {
      const { entry } = setUp();
      const first = entry('first.jpg');
      for (let n = 0; n < 999; n++) entry(`${n}.jpg`);
      expect(entry('first.jpg')).toBe(first);
      entry('more.jpg');
      expect(entry('first.jpg')).not.toBe(first);
    });

    it('counting from when it became idle, not from its first use', () => {
      const { listen, visit, isKept, clock, transport } = setUp();
      const { stop } = listen('first.jpg');
      clock.turn();
      transport.last.sign();
      for (let n = 0; n < 1_000; n++) visit(`${n}.jpg`);
      stop();
      expect(isKept('first.jpg')).toBeTrue();
      expect(isKept('0.jpg')).toBeFalse();
    });

    it('and never one that somebody listens to, nor one that is asked for', () => {
      const { clock, listen, entry, visit, transport, isKept } = setUp();
      const { urls } = listen('listened.jpg');
      clock.turn();
      transport.last.sign();
      entry('asked.jpg').settle(() => undefined);
      const asked = entry('asked.jpg');
      const listened = entry('listened.jpg');
      for (let n = 0; n < 2_500; n++) entry(`${n}.jpg`);
      expect(entry('listened.jpg')).toBe(listened);
      expect(entry('asked.jpg')).toBe(asked);
      expect(listen('listened.jpg').urls).toEqual(urls);
      visit('one.jpg');
      expect(isKept('one.jpg')).toBeTrue();
    });

    it('of which one that was used again is idle for the shortest time', () => {
      const { visit, listen, isKept } = setUp();
      for (let n = 0; n < 1_000; n++) visit(`${n}.jpg`);
      listen('0.jpg').stop();
      visit('more.jpg');
      expect(isKept('0.jpg')).toBeTrue();
      expect(isKept('1.jpg')).toBeFalse();
    });

    it('and has still one entry for each key when clear() makes more of them idle', () => {
      const { store, entry, listen } = setUp();
      // This one becomes idle first, and replaces one that clear() has yet to meet.
      entry('asked.jpg').settle(() => undefined);
      for (let n = 0; n < 1_000; n++) entry(`${n}.jpg`);
      store.clear();
      const { stop } = listen('0.jpg');
      const listened = entry('0.jpg');
      for (let n = 1_000; n < 3_000; n++) entry(`${n}.jpg`);
      expect(entry('0.jpg')).toBe(listened);
      stop();
      expect(entry('0.jpg')).toBe(listened);
    });
  });

  describe('with 200 resources that somebody waits for, while every request fails', () => {
    function failing() {
      const all = setUp();
      all.transport.respond = (request) => request.fail();
      const listeners = all.listenToMany(200);
      return { ...all, listeners };
    }

    it('sends 4 requests, and then one probe each 30 seconds', () => {
      const { clock, transport } = failing();
      clock.advance(10 * 60_000);
      expect(transport.gaps.slice(0, 3)).toEqual([1_000, 2_000, 4_000]);
      expect(transport.gaps.length).toBeGreaterThan(20);
      expect(new Set(transport.gaps.slice(3))).toEqual(new Set([30_000]));
      expect(new Set(transport.sent.map(({ paths }) => paths.length))).toEqual(new Set([200]));
      expect(clock.pending).toBe(1);
    });

    it('sends nothing at all once the last of them has left, and has no timer', () => {
      for (const ms of [0, 500, 7_000, 20_000, 45_000]) {
        const { clock, transport, listeners } = failing();
        clock.advance(ms);
        for (const { stop } of listeners) stop();
        clock.advance(8_000);
        const { length } = transport.sent;
        expect(clock.pending).withContext(`${ms} ms`).toBe(0);
        clock.advance(20 * 60_000);
        expect(transport.sent.length).withContext(`${ms} ms`).toBe(length);
      }
    });

    it('still probes for the one that stayed', () => {
      const { clock, transport, listeners } = failing();
      clock.advance(10_000);
      for (const { stop } of listeners.slice(1)) stop();
      clock.advance(60_000);
      expect(transport.last.paths).toEqual(['0.jpg']);
      expect(transport.gaps.slice(3)).toEqual([30_000, 30_000]);
    });

    it('heals all of them when a probe comes through, and has no timer', () => {
      const { clock, transport, listeners } = failing();
      clock.advance(50_000);
      transport.respond = (request) => request.sign();
      clock.advance(30_000);
      expect(listeners.every(({ urls }) => urls.length === 1)).toBeTrue();
      expect(clock.pending).toBe(0);
    });

    it('sends nothing while the page is hidden', () => {
      const { clock, transport } = failing();
      clock.advance(10_000);
      clock.hide();
      clock.advance(3_600_000);
      expect(transport.sent.length).toBe(4);
      clock.show();
      expect(transport.sent.length).toBe(5);
    });

    it('probes first when some come later', () => {
      const { clock, transport, listen } = failing();
      clock.advance(40_000);
      const { urls } = listen('late.jpg');
      clock.advance(10_000);
      expect(transport.gaps.slice(3)).toEqual([30_000]);
      transport.respond = (request) => request.sign();
      clock.advance(60_000);
      expect(urls.length).toBe(1);
    });
  });

  describe('asks again for what failed for a passing reason', () => {
    it('after as long as the server asks for, when that is longer than the time between probes', () => {
      const { clock, transport, listen } = setUp();
      listen('a.jpg');
      clock.turn();
      transport.last.fail(503, 100);
      clock.advance(200_000);
      expect(transport.gaps).toEqual([112_500]);
    });

    it('after the time between probes, when a single one of many failed', () => {
      const { clock, transport, listen } = setUp({ probeMs: 12_000 });
      listen('a.jpg');
      const { urls } = listen('b.jpg');
      clock.turn();
      transport.last.answer((path, index) => (index === 0 ? transport.sign(path) : refused(path, 503)));
      clock.advance(12_000);
      expect(transport.gaps).toEqual([12_000]);
      expect(transport.last.paths).toEqual(['b.jpg']);
      transport.last.sign();
      expect(urls.length).toBe(1);
      expect(clock.pending).toBe(0);
    });

    it('with one timer for all of them', () => {
      const { clock, transport, listen } = setUp();
      for (const path of ['a.jpg', 'b.jpg']) {
        listen(path);
        clock.turn();
        transport.last.fail(503, 9);
        clock.advance(10_125);
      }
      expect(clock.pending).toBe(1);
    });

    it('but not for what was refused for good', () => {
      const { clock, transport, listenToMany } = setUp();
      listenToMany(3);
      clock.turn();
      transport.last.fail(403);
      expect(clock.pending).toBe(0);
    });
  });

  describe('clear()', () => {
    it('aborts, forgets every URL, and asks in one request for those who wait', () => {
      const { clock, transport, store, listen, visit } = setUp();
      const kept = visit('kept.jpg');
      const [first, second] = [listen('a.jpg'), listen('b.jpg')];
      clock.turn();
      const underWay = transport.last;
      store.clear();
      expect(underWay.aborted).toBe(1);
      clock.turn();
      expect(transport.last.paths).toEqual(['a.jpg', 'b.jpg']);
      transport.last.sign();
      expect([first.urls.length, second.urls.length]).toEqual([1, 1]);
      expect(visit('kept.jpg')).not.toEqual(kept);
    });

    it('ends the wait for a probe', () => {
      const { clock, transport, store, listen } = setUp();
      listen('a.jpg');
      transport.respond = (request) => request.fail(503, 9);
      clock.turn();
      transport.respond = (request) => request.sign();
      expect(clock.pending).toBe(1);
      store.clear();
      expect(clock.pending).toBe(0);
      clock.turn();
      expect(transport.sent.length).toBe(2);
      expect(clock.pending).toBe(0);
    });
  });
});
