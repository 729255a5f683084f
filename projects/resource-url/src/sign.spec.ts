import { provideHttpClient, withInterceptors, type HttpInterceptorFn } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { EMPTY } from 'rxjs';
import { provideResourceUrls } from './provide-resource-urls.ts';
import { ResourceUrlService } from './resource-url.service.ts';
import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

describe('sign', () => {
  it('gives the URL, its expiry and its signature id', async () => {
    const { service, backend } = production();
    const signing = service.sign({ kind: 'document', userId: 'ada', name: 'contract.pdf' });
    const [request] = await backend.open();
    request!.flush({
      url: '/cdn/users/ada/documents/contract.pdf?sig=s',
      expiresAt: '2126-01-01T12:00:00Z',
      signatureId: 'sig_s',
    });
    expect(await signing).toEqual({
      url: '/cdn/users/ada/documents/contract.pdf?sig=s',
      expiresAt: new Date('2126-01-01T12:00:00Z'),
      signatureId: 'sig_s',
    });
  });

  const refusals = [
    { status: 403, code: 'path-forbidden', headers: {}, retryAfter: undefined },
    { status: 429, code: 'rate-limited', headers: { 'Retry-After': '30' }, retryAfter: 30 },
    { status: 503, code: 'audit-unavailable', headers: { 'Retry-After': 'soon' }, retryAfter: undefined },
    {
      status: 503,
      code: 'lease-expired',
      headers: { 'Retry-After': 'Thu, 01 Jan 2026 12:00:10 GMT' },
      retryAfter: undefined,
    },
    { status: 503, code: 'lease-expired', headers: { 'Retry-After': '-5' }, retryAfter: undefined },
  ];
  for (const { status, code, headers, retryAfter } of refusals) {
    it(`rejects with ${status} ${code}, Retry-After ${headers['Retry-After'] ?? 'not given'}`, async () => {
      jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
      const { service, backend } = production();
      const signing = service.sign('public/a.jpg');
      await backend.refuse(status, code, headers as Record<string, string>);
      await expectAsync(signing).toBeRejectedWith(
        jasmine.objectContaining({ name: 'ResourceUrlError', code, status, retryAfter }),
      );
      jasmine.clock().uninstall();
    });
  }

  it('rejects with network when no answer comes', async () => {
    const { service, backend } = production();
    const signing = service.sign('public/a.jpg');
    (await backend.open())[0]!.error(new ProgressEvent('error'));
    await expectAsync(signing).toBeRejectedWith(jasmine.objectContaining({ code: 'network', status: 0 }));
  });

  it('rejects with http-error when the answer is no problem response', async () => {
    const { service, backend } = production();
    const signing = service.sign('public/a.jpg');
    (await backend.open())[0]!.flush('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' });
    await expectAsync(signing).toBeRejectedWith(
      jasmine.objectContaining({ code: 'http-error', status: 502 }),
    );
  });

  it('fails the streams that wait for the same URL, and leaves them open', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl('public/a.jpg'));
    const signing = service.sign('public/a.jpg');
    await backend.refuse(403, 'path-forbidden');
    await expectAsync(signing).toBeRejected();
    expect(service.getState('public/a.jpg')().status).toBe('failed');
    expect(stream.completed).toBeFalse();
  });

  it('asks again after a failure', async () => {
    const { service, backend } = production();
    void service.preload('public/a.jpg');
    await backend.refuse(500, 'broken');
    const signing = service.sign('public/a.jpg');
    await backend.sign();
    expect((await signing).signatureId).toBe('sig_1');
  });

  for (const options of [
    { expiryMinutes: 0 },
    { expiryMinutes: 0.5 },
    { expiryMinutes: NaN },
    { expiryMinutes: 10_081 },
    { reason: '' },
    { reason: 'two words' },
    { reason: 'x'.repeat(101) },
  ]) {
    it(`rejects with invalid-options for ${JSON.stringify(options)}, before it spoils a batch`, async () => {
      const { service, backend } = production();
      const signing = service.sign('public/a.jpg', options);
      await expectAsync(signing).toBeRejectedWith(
        jasmine.objectContaining({ code: 'invalid-options', status: 0 }),
      );
      expect(await backend.open()).toEqual([]);
    });
  }

  it('asks with the longest lifetime and reason the contract allows', async () => {
    const { service, backend } = production();
    const options = { expiryMinutes: 10_080, reason: 'a.b_c:d-'.repeat(12) };
    void service.preload('public/a.jpg', options);
    await backend.sign();
    expect(backend.bodies).toEqual([{ path: 'public/a.jpg', ...options }]);
  });

  it('rejects with http-error when the code is no word', async () => {
    const { service, backend } = production();
    const signing = service.sign('public/a.jpg');
    await backend.refuse(400, 'see https://example.com/?token=1');
    await expectAsync(signing).toBeRejectedWith(
      jasmine.objectContaining({ code: 'http-error', status: 400 }),
    );
  });

  it('rejects with unknown-kind for a kind without definition, also one that every object seems to have', async () => {
    const { service } = production();
    for (const kind of ['poster', 'constructor', '__proto__']) {
      const ref = { kind, name: 'a.jpg' } as unknown as string;
      await expectAsync(service.sign(ref)).toBeRejectedWith(
        jasmine.objectContaining({ code: 'unknown-kind' }),
      );
    }
    for (const ref of [undefined, null, 7]) {
      await expectAsync(service.sign(ref as unknown as string)).toBeRejectedWith(
        jasmine.objectContaining({ code: 'unknown-kind' }),
      );
    }
  });
});

describe('Interceptors', () => {
  function interceptedBy(interceptor: HttpInterceptorFn) {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([interceptor])),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
      ],
    });
    return TestBed.inject(ResourceUrlService);
  }

  it('that throw fail the request, not the application', async () => {
    const service = interceptedBy(() => {
      throw new Error('no token for https://example.com/?secret=1');
    });
    const error = (await service.sign('public/a.jpg').catch((reason: unknown) => reason)) as Error;
    expect(error).toEqual(jasmine.objectContaining({ code: 'request-failed', status: 0 }));
    expect(error.message).not.toContain('secret');
  });

  it('that answer nothing fail the request', async () => {
    const service = interceptedBy(() => EMPTY);
    await expectAsync(service.sign('public/a.jpg')).toBeRejectedWith(
      jasmine.objectContaining({ code: 'malformed-answer' }),
    );
  });
});
