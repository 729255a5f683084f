import { TestBed } from '@angular/core/testing';
import { mockTime } from './testing/mocked-time.ts';
import { PHOTO_NAMES, PhotoGallery, shownBy } from './testing/photo-gallery.ts';
import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

// Which URLs these are in full, answers.spec.ts holds; here is what becomes of those who wait.
for (const url of [
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '//evil.example/a.jpg',
  'ftp://cdn.example.com/a.jpg',
]) {
  describe(`The answer ${url}`, () => {
    const ref = 'public/a.pdf';
    mockTime();

    it('does not get into a page, and keeps no other image of its batch from being shown', async () => {
      const { service, backend } = production({ fallback: '/assets/nobody.svg' });
      const fixture = TestBed.createComponent(PhotoGallery);
      fixture.detectChanges();
      const [request] = await backend.open();
      const results = PHOTO_NAMES.map((name) => backend.signed(`public/team/${name}`));
      results[7] = { ...results[7]!, url };
      request!.flush({ results });
      fixture.detectChanges();
      const shown = shownBy(fixture);
      expect(shown[7]).toBe('/assets/nobody.svg');
      expect(shown.filter((src) => src?.includes('?sig=')).length).toBe(199);
      expect(service.getState({ kind: 'teamPhoto', name: PHOTO_NAMES[7]! })().error?.code).toBe(
        'malformed-answer',
      );
    });

    it('does not replace what is shown, kept fresh or refreshed, and is not asked for again', async () => {
      const { service, backend } = production({ retry: {}, fallback: '/assets/nobody.svg' });
      const link = record(service.getUrl(ref, { keepFresh: true }));
      await backend.sign();
      for (const ask of [() => jasmine.clock().tick(54 * 60_000), () => service.refresh(ref)]) {
        ask();
        const [request] = await backend.open();
        request!.flush({ ...backend.signed(ref), url });
        expect(link.urls.length).toBe(1);
        expect(service.getState(ref)()).toEqual(
          jasmine.objectContaining({
            status: 'stale',
            error: jasmine.objectContaining({ code: 'malformed-answer' }),
          }),
        );
      }
      jasmine.clock().tick(120_000);
      expect(await backend.open()).toEqual([]);
    });

    it('replaces a broken URL by the fallback', async () => {
      const { service, backend } = production({ fallback: '/assets/nobody.svg' });
      const image = record(service.getUrl(ref));
      await backend.sign();
      service.reportBroken(ref);
      (await backend.open())[0]!.flush({ ...backend.signed(ref), url });
      expect(image.urls.slice(1)).toEqual(['/assets/nobody.svg']);
    });

    it('rejects sign(), with a message that does not hold it', async () => {
      const { service, backend } = production();
      const signing = service.sign(ref).catch((error: unknown) => error);
      (await backend.open())[0]!.flush({ ...backend.signed(ref), url });
      const error = (await signing) as Error;
      expect(error).toEqual(jasmine.objectContaining({ code: 'malformed-answer', status: 0 }));
      expect(error.message).not.toContain(url);
    });
  });
}
