import { HttpEventType, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { tap } from 'rxjs';
import { provideResourceUrls } from './provide-resource-urls.ts';
import { ResourceUrlService } from './resource-url.service.ts';
import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';
import { withSession } from './with-session.ts';

describe('When another person signs in, or nobody is signed in any more,', () => {
  const ref = 'users/ada/a.jpg';

  function signedIn(first: string | null = 'ada') {
    const user = signal(first);
    const parts = production(
      { fallback: '/assets/nobody.svg' },
      withSession(() => user),
    );
    TestBed.tick();
    const becomes = (next: string | null) => {
      user.set(next);
      TestBed.tick();
    };
    return { ...parts, user, becomes };
  }

  it('requests under way are aborted, and who waits is asked for anew', async () => {
    const { service, backend, becomes } = signedIn();
    const stream = record(service.getUrl(ref));
    void service.preload('users/ada/b.jpg');
    const [request] = await backend.open();
    becomes('bob');
    expect(request!.cancelled).toBeTrue();
    await backend.sign();
    expect(backend.bodies).toEqual([{ path: ref, reason: 'resource' }]);
    expect(stream.urls.length).toBe(1);
  });

  it('sign() is rejected instead of handing out what was signed for the one before', async () => {
    const { service, backend, becomes } = signedIn();
    const signing = service.sign(ref);
    await backend.open();
    becomes('bob');
    await expectAsync(signing).toBeRejectedWith(jasmine.objectContaining({ code: 'cancelled' }));
  });

  it('an answer that comes before the change is noticed is dropped', async () => {
    const { service, backend, user } = signedIn();
    const stream = record(service.getUrl(ref));
    const [request] = await backend.open();
    user.set('bob');
    const answer = backend.signed(ref);
    request!.flush(answer);
    expect(stream.urls).toEqual([]);
    await backend.sign();
    expect(stream.urls.length).toBe(1);
    expect(stream.urls).not.toEqual([answer.url]);
    TestBed.tick();
    expect(await backend.open()).toEqual([]);
  });

  it('URLs at hand are not handed to the next person', async () => {
    const { service, backend, becomes } = signedIn();
    const shown = record(service.getUrl(ref));
    await backend.sign();
    becomes('bob');
    const next = record(service.getUrl(ref));
    expect(next.urls).toEqual([]);
    expect(service.getState(ref)().status).toBe('loading');
    await backend.sign();
    expect(next.urls.length).toBe(1);
    expect(next.urls).not.toEqual(shown.urls);
  });

  it('nor in the same turn, before effects have run', async () => {
    const { service, backend, user } = signedIn();
    const shown = record(service.getUrl(ref));
    await backend.sign();
    user.set('bob');
    const next = record(service.getUrl(ref));
    const signing = service.sign(ref);
    expect(next.urls).toEqual([]);
    await backend.sign();
    expect((await signing).url).not.toBe(shown.urls[0]!);
    TestBed.tick();
    expect(await backend.open()).toEqual([]);
    expect(next.urls).toEqual([(await signing).url]);
  });

  it('what is kept fresh is replaced at once, what is only shown stays', async () => {
    const { service, backend, becomes } = signedIn();
    const link = record(service.getUrl(ref, { keepFresh: true }));
    const image = record(service.getUrl('users/ada/b.jpg'));
    await backend.sign();
    becomes('bob');
    await backend.sign();
    expect(backend.bodies.at(-1)).toEqual({ path: ref, reason: 'resource' });
    expect([link.urls.length, image.urls.length]).toEqual([2, 1]);
  });

  it('what was refused without signing in is asked for anew after it', async () => {
    const { service, backend, becomes } = signedIn(null);
    const stream = record(service.getUrl(ref));
    await backend.refuse(401, 'invalid-token');
    expect(stream.urls).toEqual(['/assets/nobody.svg']);
    expect(await backend.open()).toEqual([]);
    becomes('ada');
    await backend.sign();
    expect(stream.urls).toEqual(['/assets/nobody.svg', jasmine.stringContaining(`/${ref}?`)]);
    expect(service.getState(ref)().status).toBe('ready');
  });

  it('a breaker that is open is closed', async () => {
    const { service, backend, becomes } = signedIn();
    await backend.sign();
    for (let n = 0; n < 5; n++) {
      void service.preload(ref);
      await backend.refuse(503, 'down');
    }
    await expectAsync(service.sign(ref)).toBeRejectedWith(jasmine.objectContaining({ code: 'unavailable' }));
    becomes('bob');
    const signing = service.sign(ref);
    await backend.sign();
    expect((await signing).url).toContain(ref);
  });

  it('nothing happens when a signal says the same person once more', async () => {
    const { service, backend, becomes } = signedIn();
    const shown = record(service.getUrl(ref));
    await backend.sign();
    becomes('ada');
    expect(record(service.getUrl(ref)).urls).toEqual(shown.urls);
    expect(await backend.open()).toEqual([]);
  });
});

describe('clear() called by an interceptor', () => {
  const ref = 'public/a.jpg';

  function intercepted(when: 'before' | 'after') {
    let left = 1;
    const clear = () => {
      if (left-- > 0) TestBed.inject(ResourceUrlService).clear();
    };
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(
          withInterceptors([
            (request, next) => {
              if (when === 'before') clear();
              return next(request).pipe(
                tap({ next: ({ type }) => type === HttpEventType.Response && clear(), error: clear }),
              );
            },
          ]),
        ),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources', retry: { retries: 0 } }),
      ],
    });
    const open = async () => {
      for (let n = 0; n < 3; n++) await Promise.resolve();
      return TestBed.inject(HttpTestingController).match(({ url }) => url.startsWith('/api/resources'));
    };
    return { service: TestBed.inject(ResourceUrlService), open };
  }

  const answer = (n: number) => ({
    url: `https://cdn.example.com/${ref}?sig=${n}`,
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    signatureId: `sig_${n}`,
  });

  it('while the request is made is no error, and its answer is dropped', async () => {
    const { service, open } = intercepted('before');
    const stream = record(service.getUrl(ref));
    const requests = await open();
    const alive = requests.filter(({ cancelled }) => !cancelled);
    alive.forEach((request, n) => request.flush(answer(n)));
    expect(alive.length).toBe(1);
    expect(stream.urls).toEqual([answer(0).url]);
    expect(await open()).toEqual([]);
  });

  it('when the answer comes drops it and asks anew', async () => {
    const { service, open } = intercepted('after');
    const stream = record(service.getUrl(ref));
    (await open())[0]!.flush(answer(1));
    expect(stream.urls).toEqual([]);
    (await open())[0]!.flush(answer(2));
    expect(stream.urls).toEqual([answer(2).url]);
  });

  it('on a 401 asks anew, once', async () => {
    const { service, open } = intercepted('after');
    const stream = record(service.getUrl(ref));
    (await open())[0]!.flush('', { status: 401, statusText: 'Unauthorized' });
    const again = await open();
    expect(again.length).toBe(1);
    again[0]!.flush('', { status: 401, statusText: 'Unauthorized' });
    expect(await open()).toEqual([]);
    expect(stream.urls).toEqual([]);
  });
});
