import { ApplicationRef } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import { FakeResourceUrls } from './fake-resource-urls.ts';
import { provideFakeResourceUrls, type FakeResourceUrlsOptions } from './provide-fake-resource-urls.ts';

const ADA: ResourceRef = { kind: 'teamPhoto', name: 'ada.jpg' };
const GRACE: ResourceRef = { kind: 'teamPhoto', name: 'grace.jpg' };

describe('FakeResourceUrls', () => {
  function configured(options?: FakeResourceUrlsOptions) {
    TestBed.configureTestingModule({ providers: [provideFakeResourceUrls(options)] });
    const service = TestBed.inject(ResourceUrlService);
    const shown: string[] = [];
    return {
      fake: TestBed.inject(FakeResourceUrls),
      service,
      shown,
      show: (ref: ResourceRef) => service.getUrl(ref).subscribe((url) => shown.push(url)),
      status: (ref: ResourceRef) => service.getState(ref)().status,
    };
  }

  it('answers one microtask after the subscription, as the service does in development', async () => {
    const { fake, shown, show, status } = configured();
    show(ADA);
    expect(shown).toEqual([]);
    expect(status(ADA)).toBe('loading');
    await Promise.resolve();
    expect(shown).toEqual([fake.urlOf(ADA)]);
    expect(status(ADA)).toBe('ready');
  });

  it('answers every time with the same URL, which ends with the path', async () => {
    const { service } = configured();
    const first = await service.sign('shared/Grüße 1.pdf');
    service.invalidate('shared/Grüße 1.pdf');
    const second = await service.sign('shared/Grüße 1.pdf');
    expect(second.url).toBe(first.url);
    expect(first.url).toMatch(/^data:.*#shared\/Gr%C3%BC%C3%9Fe%201\.pdf$/);
    expect([first.signatureId, second.signatureId]).toEqual(['sig_fake-1', 'sig_fake-2']);
  });

  it('lets a URL live as long as was asked', async () => {
    const { service } = configured();
    const before = Date.now();
    const { expiresAt } = await service.sign({ kind: 'document', userId: 'ada', name: 'a.pdf' });
    expect(expiresAt!.getTime()).toBeGreaterThanOrEqual(before + 15 * 60_000);
    expect(expiresAt!.getTime()).toBeLessThanOrEqual(Date.now() + 15 * 60_000);
  });

  it('records what would be one HTTP request as one, with reason and minutes', async () => {
    const { fake, service, show } = configured();
    show(ADA);
    show(GRACE);
    await Promise.resolve();
    await service.sign('public/a.jpg', { reason: 'poster', expiryMinutes: 5 });
    expect(fake.requests.map(({ length }) => length)).toEqual([2, 1]);
    expect(fake.asked).toEqual([
      { path: 'public/team/ada.jpg', reason: 'team_member_photo', expiryMinutes: 60 },
      { path: 'public/team/grace.jpg', reason: 'team_member_photo', expiryMinutes: 60 },
      { path: 'public/a.jpg', reason: 'poster', expiryMinutes: 5 },
    ]);
  });

  it('answers with the scripted URL, however the resource is named', async () => {
    const { fake, shown, show } = configured();
    fake.answer('/public/team/ada.jpg', '/somewhere/ada.jpg');
    show(ADA);
    await Promise.resolve();
    expect(shown).toEqual(['/somewhere/ada.jpg']);
    expect(fake.urlOf(ADA)).toBe('/somewhere/ada.jpg');
  });

  it('fails one resource and answers the other of the same request', async () => {
    const { fake, service, shown, show, status } = configured();
    fake.fail(ADA, 'owner-revoked');
    show(ADA);
    show(GRACE);
    await Promise.resolve();
    expect(shown).toEqual([fake.urlOf(GRACE)]);
    expect(status(ADA)).toBe('failed');
    await expectAsync(service.sign(ADA)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'owner-revoked', status: 403, retryAfter: undefined }),
    );
    expect(() => fake.urlOf(ADA)).toThrowError(/^owner-revoked: "public\/team\/ada\.jpg"/);
  });

  it('shows the fallback of the configuration in place of what fails', async () => {
    const { fake, shown, show, status } = configured({ fallback: '/assets/nobody.svg' });
    fake.fail(ADA, 'not-found', { status: 404 });
    show(ADA);
    await Promise.resolve();
    expect(shown).toEqual(['/assets/nobody.svg']);
    expect(status(ADA)).toBe('fallback');
  });

  it('replaces a URL that is reported broken by the one scripted meanwhile', async () => {
    const { fake, service, shown, show } = configured();
    show(ADA);
    await Promise.resolve();
    const before = fake.urlOf(ADA);
    fake.answer(ADA, '/again.jpg');
    expect(shown).toEqual([before]);
    service.reportBroken(ADA);
    await Promise.resolve();
    expect(shown).toEqual([before, '/again.jpg']);
  });

  it('holds answers until they are released, as they are scripted by then', async () => {
    const { fake, shown, show, status } = configured();
    fake.hold();
    show(ADA);
    await Promise.resolve();
    show(GRACE);
    await Promise.resolve();
    expect(fake.requests.length).toBe(2);
    expect([status(ADA), status(GRACE)]).toEqual(['loading', 'loading']);
    fake.fail(GRACE, 'owner-revoked');
    fake.release();
    expect(shown).toEqual([fake.urlOf(ADA)]);
    expect(status(GRACE)).toBe('failed');
    show('public/a.jpg');
    await Promise.resolve();
    expect(shown.length).toBe(2);
  });

  it('repeats what fails for lack of a server, as production does', async () => {
    jasmine.clock().install().mockDate();
    try {
      const { fake, shown, show } = configured();
      fake.fail(ADA, 'network');
      show(ADA);
      await Promise.resolve();
      // The queue looks at its clock a microtask later.
      await Promise.resolve();
      fake.answer(ADA, '/after-all.jpg');
      jasmine.clock().tick(4_000);
      expect(shown).toEqual(['/after-all.jpg']);
      expect(fake.requests.length).toBe(2);
    } finally {
      jasmine.clock().uninstall();
    }
  });

  it('keeps the application stable while it holds answers', async () => {
    const { fake, show, status } = configured();
    const application = TestBed.inject(ApplicationRef);
    fake.hold();
    show(ADA);
    await application.whenStable();
    await Promise.resolve();
    expect(status(ADA)).toBe('loading');
    fake.release();
    await application.whenStable();
    expect(status(ADA)).toBe('ready');
  });

  it('asks again for what expired, and leaves what is shown', async () => {
    const { fake, service, shown, show } = configured();
    show(ADA);
    await Promise.resolve();
    await service.sign(ADA);
    expect(fake.requests.length).toBe(1);
    fake.expire(ADA);
    await Promise.resolve();
    expect(fake.requests.length).toBe(1);
    await service.sign(ADA);
    expect(fake.requests.length).toBe(2);
    expect(shown.length).toBe(1);
  });

  it('begins anew after reset()', async () => {
    const { fake, service, shown, show } = configured();
    fake.answer(ADA, '/scripted.jpg');
    show(ADA);
    await Promise.resolve();
    fake.hold();
    const cancelled = expectAsync(service.sign(GRACE)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'cancelled' }),
    );
    await Promise.resolve();
    fake.reset();
    await cancelled;
    expect(fake.requests).toEqual([]);
    expect((await service.sign(ADA)).url).toBe(fake.urlOf(ADA));
    expect(shown).toEqual(['/scripted.jpg']);
  });

  it('refuses to script what is never asked for', () => {
    const { fake } = configured();
    expect(() => fake.answer('data:,x', '/a.jpg')).toThrowError(/"data:" URL, it is handed on/);
    expect(() => fake.fail('https://elsewhere.example/a.jpg', 'network')).toThrowError(/handed on/);
    expect(() => fake.expire('../a.jpg')).toThrow(jasmine.objectContaining({ code: 'invalid-path' }));
    expect(fake.urlOf('data:,x')).toBe('data:,x');
    expect(() => fake.urlOf('../a.jpg')).toThrow(jasmine.objectContaining({ code: 'invalid-path' }));
  });
});
