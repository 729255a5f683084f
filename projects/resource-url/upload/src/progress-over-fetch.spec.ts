import {
  FetchBackend,
  HTTP_INTERCEPTORS,
  HttpBackend,
  HttpHandler,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
  withInterceptorsFromDi,
  withRequestsMadeViaParent,
  withXhr,
  type HttpInterceptor,
  type HttpInterceptorFn,
} from '@angular/common/http';
import {
  createEnvironmentInjector,
  EnvironmentInjector,
  runInInjectionContext,
  type EnvironmentProviders,
  type Provider,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { of } from 'rxjs';
import { injectResourceUploads } from './inject-resource-uploads.ts';
import { fileOf, storedAnswer } from './testing/files.ts';

// Karma's own server refuses what is posted to it, after it was sent: enough to see how far it came.
describe('Progress over a real connection', () => {
  const bytes = 2_000_000;
  let seen: string[];

  beforeEach(() => (seen = []));

  const functional: HttpInterceptorFn = (request, next) => {
    seen.push('functional');
    return next(request.clone({ setHeaders: { Authorization: 'Bearer t' } }));
  };
  const classBased: HttpInterceptor = {
    intercept: (request, next) => {
      seen.push(`class, ${request.headers.get('Authorization')}`);
      return next.handle(request);
    },
  };

  async function fractions(http: EnvironmentProviders) {
    TestBed.configureTestingModule({
      providers: [
        http,
        { provide: HTTP_INTERCEPTORS, useValue: classBased, multi: true },
        provideResourceUrls({ api: '/nothing-is-here' }),
      ],
    });
    const uploads = TestBed.runInInjectionContext(() => injectResourceUploads());
    const [upload] = uploads.add(fileOf('a.jpg', bytes), { kind: 'teamPhoto' });
    const told: (number | undefined)[] = [];
    upload!.state$.subscribe(({ status, fraction }) => status === 'uploading' && told.push(fraction));
    const state = await upload!.settled();
    expect(state).toEqual(jasmine.objectContaining({ status: 'failed', attempt: 1 }));
    return told;
  }

  const interceptors = [withInterceptors([functional]), withInterceptorsFromDi()] as const;
  for (const [name, http] of [
    ['with fetch, which cannot tell it', () => provideHttpClient(...interceptors)],
    ['with XHR', () => provideHttpClient(withXhr(), ...interceptors)],
  ] as const) {
    it(`comes in an application ${name}, and every interceptor is passed once`, async () => {
      const fetching = spyOn(window, 'fetch').and.callThrough();
      expect((await fractions(http())).at(-1)).toBe(1);
      expect(seen).toEqual(['functional', 'class, Bearer t']);
      expect(fetching).not.toHaveBeenCalled();
    });
  }

  it('leaves the rest of the application with fetch', () => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideResourceUrls({ api: '/api/resources' })],
    });
    TestBed.runInInjectionContext(() => injectResourceUploads());
    expect(TestBed.inject(HttpBackend)).toBeInstanceOf(FetchBackend);
  });
});

describe('Where no progress can be had', () => {
  const answers: HttpInterceptorFn = (request) =>
    of(new HttpResponse({ status: 201, body: storedAnswer((request.body as File).name) }));

  function uploadTwice(providers: (Provider | EnvironmentProviders)[], child: EnvironmentProviders[] = []) {
    const warn = spyOn(console, 'warn');
    TestBed.configureTestingModule({
      providers: [...providers, provideResourceUrls({ api: '/api/resources' })],
    });
    const injector = createEnvironmentInjector(child, TestBed.inject(EnvironmentInjector));
    const uploads = runInInjectionContext(injector, () => injectResourceUploads());
    uploads.add([fileOf('a.jpg'), fileOf('b.jpg')], { kind: 'teamPhoto' });
    expect(uploads.progress().counts.completed).toBe(2);
    return warn.calls.allArgs().map(String);
  }

  it('the file is sent all the same, and the console says once what to write', () => {
    // A handler that Angular cannot make another one of.
    const own = { handle: (request: Parameters<HttpInterceptorFn>[0]) => answers(request, () => of()) };
    const warnings = uploadTwice([provideHttpClient(), { provide: HttpHandler, useValue: own }]);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain('provideHttpClient(withXhr())');
  });

  it('the console says so as well when it is the parent injector that sends by fetch', () => {
    const warnings = uploadTwice(
      [provideHttpClient(withInterceptors([answers]))],
      [provideHttpClient(withRequestsMadeViaParent())],
    );
    expect(warnings.length).toBe(1);
  });

  it('but says nothing where there is progress, or nothing to send by', () => {
    expect(uploadTwice([provideHttpClient(withInterceptors([answers]))])).toEqual([]);
  });
});
