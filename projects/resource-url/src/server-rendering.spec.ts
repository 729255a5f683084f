import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from './provide-resource-urls.ts';
import { ResourceUrlService } from './resource-url.service.ts';
import { record } from './testing/recorded-stream.ts';

describe('While rendering on the server', () => {
  function onServer(mode: 'development' | 'production') {
    TestBed.configureTestingModule({
      providers: [
        { provide: PLATFORM_ID, useValue: 'server' },
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode, api: '/api/resources', fallback: '/assets/nobody.svg' }),
      ],
    });
    return TestBed.inject(ResourceUrlService);
  }

  it('production asks for nothing, emits nothing and fails nothing', async () => {
    const service = onServer('production');
    const stream = record(service.getUrl('public/a.jpg'));
    service.refresh('public/a.jpg');
    service.reportBroken('public/a.jpg');
    await service.preload(['public/a.jpg', 'public/b.jpg']);
    service.clear();
    TestBed.inject(HttpTestingController).verify();
    expect(stream.urls).toEqual([]);
    expect(service.getState('public/a.jpg')().status).toBe('loading');
  });

  it('production rejects sign() with deferred', async () => {
    const service = onServer('production');
    await expectAsync(service.sign('public/a.jpg')).toBeRejectedWith(
      jasmine.objectContaining({ code: 'deferred' }),
    );
  });

  it('production hands on what needs no signature', async () => {
    const service = onServer('production');
    expect(record(service.getUrl('data:,x')).urls).toEqual(['data:,x']);
    expect((await service.sign('data:,x')).url).toBe('data:,x');
    await expectAsync(service.sign('../a.jpg')).toBeRejectedWith(
      jasmine.objectContaining({ code: 'invalid-path' }),
    );
  });

  it('development emits direct paths', async () => {
    const service = onServer('development');
    const stream = record(service.getUrl('public/a.jpg'));
    await Promise.resolve();
    expect(stream.urls).toEqual(['/assets/deployed/public/a.jpg']);
  });
});
