import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import {
  ApplicationRef,
  createEnvironmentInjector,
  EnvironmentInjector,
  signal,
  type WritableSignal,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { skip } from 'rxjs';
import { ResourceUrlService } from './resource-url.service.ts';
import type { SignRequest } from './core/wire-types.ts';
import { provideResourceUrls } from './provide-resource-urls.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';
import { record } from './testing/recorded-stream.ts';
import { bodyOf, production } from './testing/signing-backend.ts';
import { withSession } from './with-session.ts';
import { withSharedTabs, type TabIdentity } from './with-shared-tabs.ts';

describe('withSharedTabs', () => {
  const API = '/api/resources';
  let signatures = 0;
  const open = new Set<EnvironmentInjector>();

  afterEach(() => {
    open.forEach(close);
  });

  /**
   * Lets tabs wait for each other as long as it takes, however busy the machine is.
   *
   * @returns ends the time in which a tab may answer the greeting of another one
   */
  function patience(): () => void {
    let now = 0;
    spyOn(performance, 'now').and.callFake(() => now);
    const real = globalThis.setTimeout;
    const patient = (run: () => void, ms?: number) => real(run, ms === 40 ? 60_000 : ms);
    spyOn(globalThis, 'setTimeout').and.callFake(patient as typeof setTimeout);
    return () => {
      // A tab greets in an effect.
      TestBed.inject(ApplicationRef).tick();
      now += 40;
    };
  }

  function close(injector: EnvironmentInjector) {
    open.delete(injector);
    injector.destroy();
  }

  function answerTo({ path }: SignRequest, minutes = 60) {
    return {
      url: `https://cdn.example.com/${path}?sig=${++signatures}`,
      expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
      signatureId: `sig_${signatures}`,
    };
  }

  /** Another tab: an injector of its own with its own service, HTTP backend and channel. */
  function tab(
    ...[user, config]: [(TabIdentity | WritableSignal<TabIdentity>)?, Partial<ResourceUrlConfig>?]
  ) {
    const who = typeof user === 'function' ? user : signal(user);
    const injector = createEnvironmentInjector(
      [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls(
          { mode: 'production', api: API, retry: { retries: 0 }, ...config },
          withSession(() => who),
          withSharedTabs(() => who),
        ),
      ],
      TestBed.inject(EnvironmentInjector),
    );
    open.add(injector);
    const service = injector.get(ResourceUrlService);
    const http = injector.get(HttpTestingController);
    const bodies: (SignRequest | { resources: SignRequest[] })[] = [];
    /** Answers what comes to this tab's server until `done`. */
    const serve = async <T>(done: Promise<T>, minutes?: number): Promise<T> => {
      let over = false;
      void done.then(
        () => (over = true),
        () => (over = true),
      );
      while (!over) {
        for (const request of http.match(() => true)) {
          const body = bodyOf(request) as SignRequest | { resources: SignRequest[] };
          bodies.push(body);
          request.flush(
            'resources' in body
              ? { results: body.resources.map((each) => answerTo(each, minutes)) }
              : answerTo(body, minutes),
          );
        }
        await new Promise((next) => setTimeout(next));
      }
      return done;
    };
    return { service, http, bodies, serve, destroy: () => close(injector) };
  }

  it('takes over what another tab of the same person has, without a request', async () => {
    const greeted = patience();
    const first = tab('ada');
    greeted();
    const { url, expiresAt, signatureId } = await first.serve(first.service.sign('public/a.jpg'));
    const second = tab('ada');
    const taken = await second.serve(second.service.sign('public/a.jpg'));
    expect(taken).toEqual({ url, expiresAt: expiresAt as Date, signatureId: signatureId as string });
    expect(second.bodies).toEqual([]);
    expect(record(second.service.getUrl('public/a.jpg')).urls).toEqual([url]);
  });

  it('asks the server in one request for what no tab has, in its order', async () => {
    const greeted = patience();
    const first = tab('ada');
    greeted();
    await first.serve(first.service.preload(['b.jpg', 'd.jpg']));
    const second = tab('ada');
    await second.serve(second.service.sign('b.jpg'));
    greeted();
    const refs = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'];
    await second.serve(second.service.preload(refs));
    const [body, ...others] = second.bodies as { resources: SignRequest[] }[];
    expect(body!.resources.map(({ path }) => path)).toEqual(['a.jpg', 'c.jpg', 'e.jpg']);
    expect(others).toEqual([]);
    for (const ref of refs) {
      expect(record(second.service.getUrl(ref)).urls).toEqual([
        jasmine.stringContaining(`https://cdn.example.com/${ref}?`),
      ]);
    }
  });

  it('puts together what several tabs have', async () => {
    const greeted = patience();
    const first = tab('ada');
    greeted();
    await first.serve(first.service.sign('a.jpg'));
    const second = tab('ada');
    greeted();
    await second.serve(second.service.sign('b.jpg'));
    const third = tab('ada');
    await third.serve(third.service.preload(['a.jpg', 'b.jpg']));
    expect(third.bodies).toEqual([]);
  });

  for (const [one, other] of [
    ['ada', 'bob'],
    ['ada', undefined],
    [undefined, 'undefined'],
    [null, 'null'],
    [1, '1'],
    [undefined, ''],
    [undefined, null],
    [undefined, undefined],
    [NaN, null],
    [NaN, NaN],
  ] as const) {
    it(`hands nothing from ${JSON.stringify(one)} to ${JSON.stringify(other)}, nor back`, async () => {
      const first = tab(one);
      const second = tab(other);
      await first.serve(first.service.sign('a.jpg'));
      await second.serve(second.service.sign('a.jpg'));
      await first.serve(first.service.sign('b.jpg'));
      await second.serve(second.service.sign('b.jpg'));
      expect([first.bodies.length, second.bodies.length]).toEqual([2, 2]);
    });
  }

  it('takes null for nobody, who shares with nobody', async () => {
    const first = tab(null);
    await first.serve(first.service.sign('a.jpg'));
    const second = tab(null);
    await second.serve(second.service.sign('a.jpg'));
    expect(second.bodies).toEqual([]);
  });

  for (const [what, config, ref, options] of [
    ['another API', { api: '/other/api' }, 'a.jpg', undefined],
    ['another reason', {}, 'a.jpg', { reason: 'print' }],
    ['another lifetime', {}, 'a.jpg', { expiryMinutes: 5 }],
    ['another path', {}, 'b.jpg', undefined],
  ] as const) {
    it(`is not the same resource with ${what}`, async () => {
      const first = tab('ada');
      await first.serve(first.service.sign('a.jpg'));
      const second = tab('ada', config);
      await second.serve(second.service.sign(ref, options));
      expect(second.bodies.length).toBe(1);
    });
  }

  it('takes nothing that works for less than a minute', async () => {
    const first = tab('ada');
    await first.serve(first.service.sign('a.jpg'), 0.9);
    const second = tab('ada');
    await second.serve(second.service.sign('a.jpg'));
    expect(second.bodies.length).toBe(1);
  });

  it('asks the server itself when what it has is broken, or is to be a new one', async () => {
    const greeted = patience();
    const first = tab('ada');
    greeted();
    await first.serve(first.service.sign('a.jpg'));
    const second = tab('ada');
    await second.serve(second.service.sign('a.jpg'));
    const before = record(second.service.getUrl('a.jpg'));
    second.service.reportBroken('a.jpg');
    await second.serve(second.service.sign('a.jpg'));
    expect(second.bodies.length).toBe(1);
    const next = new Promise((done) => second.service.getUrl('a.jpg').pipe(skip(1)).subscribe(done));
    second.service.refresh('a.jpg');
    await second.serve(next);
    expect(second.bodies.length).toBe(2);
    expect(before.urls.length).toBe(3);
  });

  it('does not hand on what it was told to be broken, nor takes it back when the server fails', async () => {
    const first = tab('ada');
    await first.serve(first.service.sign('a.jpg'));
    const second = tab('ada');
    await second.serve(second.service.sign('a.jpg'));
    for (const { service, http } of [first, second]) {
      service.reportBroken('a.jpg');
      await new Promise((next) => setTimeout(next, 50));
      const [request] = http.match(() => true);
      request!.flush('', { status: 503, statusText: 'down' });
      expect(service.getState('a.jpg')().error?.status).toBe(503);
    }
    const third = tab('ada');
    await third.serve(third.service.sign('a.jpg'));
    await second.serve(second.service.sign('a.jpg'));
    expect([third.bodies.length, second.bodies.length]).toEqual([1, 1]);
  });

  it('shares nothing for an identity that cannot be compared', async () => {
    const people = [{}, {}] as unknown as TabIdentity[];
    const first = tab(people[0]);
    await first.serve(first.service.sign('a.jpg'));
    const second = tab(people[1]);
    await second.serve(second.service.sign('a.jpg'));
    expect(second.bodies.length).toBe(1);
  });

  it('drops what tabs said before another person signed in, and sends that person no word of it', async () => {
    const words: unknown[] = [];
    const first = tab('ada');
    await first.serve(first.service.sign('a.jpg'));
    const who = signal<TabIdentity>('ada');
    const second = tab(who);
    const stream = record(second.service.getUrl('a.jpg'));
    const bobs = new BroadcastChannel(`countersign ${API} "bob"`);
    bobs.onmessage = ({ data }) => words.push(data);
    await Promise.resolve();
    who.set('bob');
    TestBed.inject(ApplicationRef).tick();
    await second.serve(new Promise((done) => second.service.getUrl('a.jpg').subscribe(done)));
    expect(second.bodies.length).toBe(1);
    expect(stream.urls).toEqual([jasmine.stringContaining(`sig=${signatures}`)]);
    expect(JSON.stringify(words)).not.toContain('sig');
    // The greeting, and the question.
    expect(words.length).toBe(2);
    bobs.close();

    patience();
    const third = tab('ada');
    await third.serve(third.service.sign('a.jpg'));
    expect(third.bodies).toEqual([]);
  });

  it('hands the URLs of the one before to nobody, neither to the next person nor back', async () => {
    const who = signal<TabIdentity>('ada');
    const first = tab(who);
    await first.serve(first.service.sign('a.jpg'));
    who.set('bob');
    TestBed.inject(ApplicationRef).tick();
    const bob = tab('bob');
    await bob.serve(bob.service.sign('a.jpg'));
    const ada = tab('ada');
    await ada.serve(ada.service.sign('a.jpg'));
    expect([bob.bodies.length, ada.bodies.length]).toEqual([1, 1]);
  });

  describe('believes no message:', () => {
    const good = { url: 'https://cdn.example.com/a.jpg?sig=x', signatureId: 'sig_x' };
    const key = JSON.stringify({ path: 'a.jpg', reason: 'resource' });
    const soon = new Date(Date.now() + 3_600_000).toISOString();

    for (const [what, found] of Object.entries<unknown>({
      'a script': { [key]: { ...good, expiresAt: soon, url: 'javascript:alert(1)' } },
      'another origin by //': { [key]: { ...good, expiresAt: soon, url: '//evil.example/a.jpg' } },
      'a foreign scheme': { [key]: { ...good, expiresAt: soon, url: 'data:text/html,x' } },
      'an expired URL': { [key]: { ...good, expiresAt: '2020-01-01T00:00:00Z' } },
      'no expiry': { [key]: good },
      'no signature id': { [key]: { url: good.url, expiresAt: soon } },
      'a URL alone': { [key]: good.url },
      'an error': { [key]: { error: { code: 'gone', status: 404 } } },
      'a list': [good],
      nothing: null,
      'another key': { 'b.jpg': { ...good, expiresAt: soon } },
    })) {
      it(what, async () => {
        const liar = new BroadcastChannel(`countersign ${API} "ada"`);
        liar.onmessage = ({ data }) => {
          const { ask } = data as { ask: string };
          for (const message of [
            null,
            7,
            [],
            { from: 1, ask: 1, answer: {} },
            { from: 'x', ask: 'y', keys: 'z' },
          ]) {
            liar.postMessage(message);
          }
          liar.postMessage({ from: 'liar', answer: ask, found });
        };
        const victim = tab('ada');
        const { url } = await victim.serve(victim.service.sign('a.jpg'));
        expect(url).toContain(`https://cdn.example.com/a.jpg?sig=${signatures}`);
        expect(victim.bodies.length).toBe(1);
        liar.close();
      });
    }
  });

  it('waits for no tab when there is none, or when those that were have gone', async () => {
    const alone = tab('ada');
    await alone.serve(alone.service.sign('a.jpg'));
    const timers = spyOn(globalThis, 'setTimeout').and.callThrough();
    const asksAtOnce = async (ref: string) => {
      timers.calls.reset();
      void alone.service.preload(ref);
      await Promise.resolve();
      const [request] = alone.http.match(() => true);
      request?.flush(answerTo(bodyOf(request) as SignRequest));
      return !!request && !timers.calls.allArgs().some(([, ms]) => ms === 40);
    };
    expect(await asksAtOnce('b.jpg')).toBeTrue();
    const other = tab('ada');
    await other.serve(other.service.sign('a.jpg'));
    expect(await asksAtOnce('c.jpg')).toBeFalse();
    other.destroy();
    await alone.serve(alone.service.preload('d.jpg'));
    expect(await asksAtOnce('e.jpg')).toBeTrue();
  });

  it('holds the application unstable while it waits, and not after that', async () => {
    tab('ada');
    const second = tab('ada');
    const application = TestBed.inject(ApplicationRef);
    let stable: boolean | undefined;
    const watching = application.isStable.subscribe((now) => (stable = now));
    const signing = second.service.sign('a.jpg');
    for (let n = 0; n < 5; n++) await Promise.resolve();
    expect(stable).toBeFalse();
    await second.serve(signing);
    await application.whenStable();
    expect(stable).toBeTrue();
    watching.unsubscribe();
  });

  it('closes its channel with the service, and answers nobody any more', async () => {
    const close = spyOn(BroadcastChannel.prototype, 'close').and.callThrough();
    const first = tab('ada');
    await first.serve(first.service.sign('a.jpg'));
    first.destroy();
    expect(close).toHaveBeenCalledTimes(1);
    const second = tab('ada');
    await second.serve(second.service.sign('a.jpg'));
    expect(second.bodies.length).toBe(1);
  });

  for (const [what, config, prepare] of [
    ['without BroadcastChannel', {}, () => Reflect.set(globalThis, 'BroadcastChannel', undefined)],
    ['in development', { mode: 'development' }, () => undefined],
  ] as const) {
    it(`changes nothing ${what}`, async () => {
      const real = BroadcastChannel;
      const made = spyOn(globalThis, 'BroadcastChannel').and.callThrough();
      prepare();
      const { service, backend } = production(
        config,
        withSharedTabs(() => signal('ada')),
      );
      const stream = record(service.getUrl('a.jpg'));
      await backend.sign();
      expect(stream.urls.length).toBe(1);
      expect(made).not.toHaveBeenCalled();
      globalThis.BroadcastChannel = real;
    });
  }
});
