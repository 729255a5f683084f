import { TestBed } from '@angular/core/testing';
import { record } from './testing/recorded-stream.ts';
import { development, production } from './testing/signing-backend.ts';

describe('Streams never complete and never error', () => {
  beforeEach(() => spyOn(console, 'error'));

  const references = ['public/a.jpg', '../a.jpg', '', 'https://elsewhere.example/a.jpg', 'blob:x'];

  for (const ref of references) {
    it(`in development, for ${JSON.stringify(ref)}`, async () => {
      const { service } = development();
      const stream = record(service.getUrl(ref));
      await Promise.resolve();
      service.refresh(ref);
      service.reportBroken(ref);
      service.clear();
      await Promise.resolve();
      expect(stream).toEqual(jasmine.objectContaining({ errors: [], completed: false }));
    });

    it(`in production, for ${JSON.stringify(ref)}`, async () => {
      const { service, backend } = production();
      const stream = record(service.getUrl(ref));
      await backend.sign();
      service.refresh(ref);
      await backend.refuse(500, 'broken');
      service.reportBroken(ref);
      await backend.refuse(403, 'path-forbidden');
      service.clear();
      TestBed.resetTestingModule();
      expect(stream).toEqual(jasmine.objectContaining({ errors: [], completed: false }));
    });
  }

  it('when the API refuses: the stream stays silent until there is a URL', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl('public/a.jpg'));
    await backend.refuse(403, 'path-forbidden');
    expect(stream).toEqual(jasmine.objectContaining({ urls: [], errors: [], completed: false }));
    service.refresh('public/a.jpg');
    await backend.sign();
    expect(stream.urls).toEqual([jasmine.stringContaining('/public/a.jpg?')]);
  });

  it('when the API refuses and there is a fallback: it is shown until there is a URL', async () => {
    const { service, backend } = production({ fallback: '/assets/nobody.svg' });
    const early = record(service.getUrl('public/a.jpg'));
    await backend.refuse(503, 'lease-expired');
    expect(early.urls).toEqual(['/assets/nobody.svg']);

    const late = record(service.getUrl('public/a.jpg'));
    await backend.sign();
    expect(late.urls).toEqual([jasmine.stringContaining('?sig=')]);
    expect(early.urls).toEqual(['/assets/nobody.svg', late.urls[0]!]);
  });

  it('when a subscriber leaves before the answer', async () => {
    const { service, backend } = production();
    const left = record(service.getUrl('public/a.jpg'));
    left.stop();
    await backend.sign();
    expect(left.urls).toEqual([]);
  });

  it('emits the fallback for a reference that cannot name a resource', () => {
    const { service } = development({ fallback: '/assets/nobody.svg' });
    expect(record(service.getUrl('a/../b.jpg')).urls).toEqual(['/assets/nobody.svg']);
  });
});
