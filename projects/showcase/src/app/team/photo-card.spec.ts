import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { samplePhoto, sampleSignedUrl } from '../testing/sample-photos.ts';
import { PhotoCard } from './photo-card.ts';
import { ShownPhotos } from './shown-photos.ts';

const SIGNED_URL = sampleSignedUrl('public/team/avatar-2.jpg');
// What the server that runs these tests refuses, and what it answers though it is no picture.
const REFUSED_URL = `${location.origin}/there-is-no-such-photo.jpg`;
const NO_PICTURE = `${location.origin}/context.html`;
const UNREACHABLE_URL = 'http://127.0.0.1:1/photo.jpg';
const refused = { title: 'Revoked', code: 'owner-revoked' };
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('a photo card', () => {
  let server: HttpTestingController;

  // Nobody answers these URLs. Tests say when a picture fails, so what the browser finds must not come between.
  const notNow = (event: Event) => event.isTrusted && event.stopImmediatePropagation();
  beforeEach(() => document.addEventListener('error', notNow, true));
  afterEach(() => document.removeEventListener('error', notNow, true));

  function configure(mode: 'development' | 'production'): void {
    TestBed.configureTestingModule({
      providers: [
        ShownPhotos,
        provideHttpClient(),
        provideHttpClientTesting(),
        // What a card shows once the library has given up does not depend on how often it asked.
        provideResourceUrls({ mode, api: '/api/resources', retry: { retries: 0 } }),
      ],
    });
    server = TestBed.inject(HttpTestingController);
  }

  function card(path = 'public/team/avatar-2.jpg'): ComponentFixture<PhotoCard> {
    const fixture = TestBed.createComponent(PhotoCard);
    fixture.componentRef.setInput('photo', samplePhoto({ path }));
    fixture.detectChanges();
    return fixture;
  }

  const part = (fixture: ComponentFixture<PhotoCard>, testId: string) =>
    (fixture.nativeElement as HTMLElement).querySelector<HTMLElement>(`[data-testid=${testId}]`);

  async function settled(...fixtures: ComponentFixture<PhotoCard>[]): Promise<void> {
    await Promise.resolve();
    for (const fixture of fixtures) await fixture.whenStable();
  }

  async function fail(fixture: ComponentFixture<PhotoCard>, within = 4000): Promise<void> {
    part(fixture, 'photo-img')?.dispatchEvent(new Event('error'));
    await until(fixture, () => part(fixture, 'photo-img') === null, within);
  }

  async function until(
    fixture: ComponentFixture<PhotoCard>,
    what: () => boolean,
    within: number,
  ): Promise<void> {
    const end = performance.now() + within;
    while (!what() && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await fixture.whenStable();
    }
  }

  async function signed(url: string, fixture: ComponentFixture<PhotoCard>): Promise<void> {
    server.expectOne('/api/resources/sign').flush({ url, expiresAt: inAnHour(), signatureId: 'sig_x' });
    await settled(fixture);
  }

  it('shows a direct path as what it is, without asking anybody', async () => {
    configure('development');
    const fixture = card();
    await settled(fixture);
    expect(part(fixture, 'photo-img')?.getAttribute('src')).toBe(
      '/assets/deployed/images/users/avatar-2.jpg',
    );
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('direct path');
    server.verify();
  });

  it('says until when its URL is signed', async () => {
    configure('production');
    const fixture = card();
    await settled();
    await signed(SIGNED_URL, fixture);
    expect((fixture.nativeElement as HTMLElement).textContent).toMatch(/signed until \d\d:\d\d/);
  });

  it('says that the photo is gone where signing is refused, and only there', async () => {
    configure('production');
    const [gone, other] = [card(), card('public/team/avatar-3.jpg')];
    await settled();
    server.expectOne('/api/resources/sign/batch').flush({
      results: [
        { error: { ...refused, status: 403 } },
        { url: SIGNED_URL, expiresAt: inAnHour(), signatureId: 'sig_x' },
      ],
    });
    await settled(gone, other);
    expect(part(gone, 'photo-gone')?.textContent).toContain('This photo is gone');
    expect(part(gone, 'photo-gone')?.textContent).toContain('key is revoked');
    expect(part(gone, 'photo-img')).toBeNull();
    expect(part(other, 'photo-gone')).toBeNull();
    expect(part(other, 'photo-img')).not.toBeNull();
  });

  it('asks for another URL when one is refused, and shows it', async () => {
    configure('production');
    const fixture = card();
    await settled();
    await signed(REFUSED_URL, fixture);
    await fail(fixture);
    await signed(SIGNED_URL, fixture);
    expect(part(fixture, 'photo-gone')).toBeNull();
    expect(part(fixture, 'photo-img')?.getAttribute('src')).toBe(SIGNED_URL);
  });

  it('says that the photo is gone when another URL is refused as well', async () => {
    configure('production');
    const fixture = card();
    await settled();
    await signed(REFUSED_URL, fixture);
    await fail(fixture);
    server.expectOne('/api/resources/sign').flush(refused, { status: 403, statusText: 'Forbidden' });
    await settled(fixture);
    expect(part(fixture, 'photo-gone')?.dataset['reason']).toBe('refused');
    expect(part(fixture, 'photo-gone')?.textContent).toContain('key is revoked');
    server.verify();
  });

  it('does not ask for ever when the same URL comes again', async () => {
    configure('production');
    const fixture = card();
    await settled();
    await signed(REFUSED_URL, fixture);
    await fail(fixture);
    await signed(REFUSED_URL, fixture);
    expect(part(fixture, 'photo-gone')?.dataset['reason']).toBe('refused');
    server.verify();
  });

  it('says that the photo is gone when something else comes, and can be told to try again', async () => {
    configure('production');
    const fixture = card();
    await settled();
    await signed(NO_PICTURE, fixture);
    await fail(fixture);
    expect(part(fixture, 'photo-gone')?.dataset['reason']).toBe('broken');
    part(fixture, 'photo-gone')?.querySelector('button')?.click();
    await settled(fixture);
    expect(part(fixture, 'photo-img')?.getAttribute('src')).toBe(NO_PICTURE);
    server.verify();
  });

  it('heals by itself when the server could not say for a moment', async () => {
    configure('production');
    const fixture = card();
    await settled();
    await signed(UNREACHABLE_URL, fixture);
    await fail(fixture);
    expect(part(fixture, 'photo-gone')?.dataset['reason']).toBe('unreachable');
    await until(fixture, () => part(fixture, 'photo-img') !== null, 4000);
    expect(part(fixture, 'photo-gone')).toBeNull();
    expect(part(fixture, 'photo-img')?.getAttribute('src')).toBe(UNREACHABLE_URL);
  });

  it('does not call a photo gone when nobody can say', async () => {
    configure('production');
    const fixture = card();
    await settled();
    server.expectOne('/api/resources/sign').flush(null, { status: 503, statusText: 'Unavailable' });
    await settled(fixture);
    expect(part(fixture, 'photo-gone')?.dataset['reason']).toBe('unreachable');
    expect(part(fixture, 'photo-gone')?.textContent).not.toContain('gone');
  });
});
