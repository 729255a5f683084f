import { HttpClient } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { of } from 'rxjs';
import { RESOURCE_URL_REQUEST } from './resource-url-request.ts';
import { ResourceUrlService } from './resource-url.service.ts';
import { bodyOf, development, production } from './testing/signing-backend.ts';

describe('ResourceUrlService', () => {
  describe('as specification 001 tests it', () => {
    it('should return theme path in dev mode', (done) => {
      const { service } = development();
      service.getTeamMemberPhotoUrl('avatar-2.jpg').subscribe((url) => {
        expect(url).toBe('/assets/deployed/images/users/avatar-2.jpg');
        done();
      });
    });

    it('should call API in production mode', async () => {
      const { service } = production();
      const http = TestBed.inject(HttpClient);
      spyOn(http, 'post').and.returnValue(of({ url: 'https://cdn.example.com/...' }));

      service.getTeamMemberPhotoUrl('avatar-2.jpg').subscribe();
      await Promise.resolve();

      expect(http.post).toHaveBeenCalledWith('/api/resources/sign', jasmine.any(Object), jasmine.any(Object));
    });
  });

  it('makes no request in development', async () => {
    const { service, http } = development();
    const photos = Array.from({ length: 20 }, (_, n) => `avatar-${n}.jpg`);
    photos.forEach((name) => service.getTeamMemberPhotoUrl(name).subscribe());
    service.refresh('public/logo.svg');
    await service.preload(photos);
    await service.sign({ kind: 'document', userId: 'ada', name: 'contract.pdf' });
    http.verify();
    expect(await service.sign('logo.svg')).toEqual({ url: '/assets/deployed/logo.svg' });
  });

  const wire = [
    {
      what: 'a team photo',
      body: { path: 'public/team/avatar-2.jpg', expiryMinutes: 60, reason: 'team_member_photo' },
      ask: (service: ResourceUrlService) => service.getTeamMemberPhotoUrl('avatar-2.jpg'),
    },
    {
      what: 'an avatar',
      body: { path: 'public/avatars/ada.png', expiryMinutes: 60, reason: 'user_avatar' },
      ask: (service: ResourceUrlService) => service.getUserAvatarUrl('ada.png'),
    },
    {
      what: 'a document',
      body: { path: 'users/u-17/documents/contract.pdf', expiryMinutes: 15, reason: 'user_document' },
      ask: (service: ResourceUrlService) => service.getUserDocumentUrl('u-17', 'contract.pdf'),
    },
    {
      what: 'a plain path, leaving the lifetime to the policy',
      body: { path: 'public/brand/logo.svg', reason: 'resource' },
      ask: (service: ResourceUrlService) => service.getUrl('public/brand/logo.svg'),
    },
    {
      what: 'options in place of what the kind says',
      body: { path: 'public/team/a.jpg', expiryMinutes: 5, reason: 'print' },
      ask: (service: ResourceUrlService) =>
        service.getUrl({ kind: 'teamPhoto', name: 'a.jpg' }, { expiryMinutes: 5, reason: 'print' }),
    },
  ];
  for (const { what, body, ask } of wire) {
    it(`posts exactly path, lifetime and reason for ${what}, and emits the URL`, async () => {
      const { service, backend } = production();
      const urls: string[] = [];
      ask(service).subscribe((url) => urls.push(url));
      const [request, ...others] = await backend.open();
      const answer = backend.signed(body.path);
      request!.flush(answer);
      expect(others).toEqual([]);
      expect(request!.request.url).toBe('/api/resources/sign');
      expect(request!.request.method).toBe('POST');
      expect(bodyOf(request!)).toEqual(body);
      expect(urls).toEqual([answer.url]);
    });
  }

  it('marks its requests for interceptors, and sends cookies only when configured', async () => {
    const plain = production();
    plain.service.preload('public/a.jpg');
    const [request] = await plain.backend.open();
    expect(request!.request.context.get(RESOURCE_URL_REQUEST)).toBeTrue();
    expect(request!.request.withCredentials).toBeFalse();

    TestBed.resetTestingModule();
    const withCookies = production({ withCredentials: true });
    withCookies.service.preload('public/a.jpg');
    const [second] = await withCookies.backend.open();
    expect(second!.request.withCredentials).toBeTrue();
  });

  it('accepts api and assets with a trailing slash', async () => {
    const { service, backend } = production({ api: 'https://api.example.com/resources/' });
    service.preload('public/a.jpg');
    const [request] = await backend.open();
    expect(request!.request.url).toBe('https://api.example.com/resources/sign');

    TestBed.resetTestingModule();
    const direct = development({ assets: 'https://static.example.com/deployed/' });
    expect((await direct.service.sign('a.jpg')).url).toBe('https://static.example.com/deployed/a.jpg');
  });

  it('follows isDevMode() when no mode is given', async () => {
    const { service } = production({ mode: undefined as unknown as 'production' });
    expect((await service.sign('a.jpg')).url).toBe('/assets/deployed/a.jpg');
  });

  it('says what to write when nobody configured it', () => {
    TestBed.configureTestingModule({});
    expect(() => TestBed.inject(ResourceUrlService)).toThrowError(/provideResourceUrls\({ api: /);
  });

  it('aborts what is under way when the application ends', async () => {
    const { service, backend } = production();
    service.getUrl('public/a.jpg').subscribe();
    const [request] = await backend.open();
    TestBed.resetTestingModule();
    expect(request!.cancelled).toBeTrue();
  });
});
