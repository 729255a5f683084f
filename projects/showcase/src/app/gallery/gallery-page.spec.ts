import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { watchSigning } from '../faults/watch-signing.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';
import { kinds } from '../resource-kinds.ts';
import { samplePhoto, sampleSignedUrl } from '../testing/sample-photos.ts';
import { GalleryPage } from './gallery-page.ts';

const LIST = '/api/resources?prefix=public/gallery/&limit=200';
const BATCH = '/api/resources/sign/batch';

describe('the gallery', () => {
  let server: HttpTestingController;

  beforeEach(() => {
    sessionStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([watchSigning])),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources', kinds }),
        { provide: DELIVERY_MODE, useValue: 'production' },
      ],
    });
    server = TestBed.inject(HttpTestingController);
  });

  // Nobody answers these URLs; that pictures do not load is not what is looked at here.
  const notNow = (event: Event) => event.isTrusted && event.stopImmediatePropagation();
  beforeEach(() => document.addEventListener('error', notNow, true));
  afterEach(() => {
    document.removeEventListener('error', notNow, true);
    server.verify();
  });

  const photos = Array.from({ length: 200 }, (_, index) =>
    samplePhoto({ path: `public/gallery/view-${index}.webp`, displayName: `View ${index}` }),
  );

  async function settled(fixture: ComponentFixture<GalleryPage>): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function pageWith(items: typeof photos): Promise<ComponentFixture<GalleryPage>> {
    const fixture = TestBed.createComponent(GalleryPage);
    server.expectOne(LIST).flush({ items, nextCursor: null, total: items.length });
    await settled(fixture);
    return fixture;
  }

  const signed = (error?: object) => ({
    results: photos.map(
      (_, index) =>
        (index === 0 ? error && { error } : undefined) ?? {
          url: sampleSignedUrl(`public/gallery/view-${index}.webp`),
          expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
          signatureId: 'sig_x',
        },
    ),
  });

  const text = ({ nativeElement }: ComponentFixture<GalleryPage>, testId: string) =>
    (nativeElement as HTMLElement).querySelector(`[data-testid=${testId}]`)?.textContent?.trim();

  it('asks once for all of them, by the kind that only this application has', async () => {
    const fixture = await pageWith(photos);
    const { request } = server.expectOne(BATCH);
    const { resources } = request.body as { resources: object[] };
    expect(resources.length).toBe(200);
    expect(resources[0]).toEqual({
      path: 'public/gallery/view-0.webp',
      reason: 'gallery_photo',
      expiryMinutes: 60,
    });
    expect(text(fixture, 'gallery-requests')).toBe('1');
    expect(text(fixture, 'gallery-shown')).toBe('0');
  });

  it('says for how many there is no URL, and asks for those again', async () => {
    const fixture = await pageWith(photos);
    server.expectOne(BATCH).flush(signed({ code: 'owner-revoked', status: 403 }));
    await settled(fixture);
    expect(text(fixture, 'gallery-failed')).toContain('no URL for 1 of 200');
    const gone = (fixture.nativeElement as HTMLElement).querySelector('[role=img]');
    expect(gone?.getAttribute('aria-label')).toBe('View 0: its owner’s key is revoked');
    (fixture.nativeElement as HTMLElement)
      .querySelector<HTMLElement>('[data-testid=gallery-failed] button')
      ?.click();
    await settled(fixture);
    const { request } = server.expectOne('/api/resources/sign');
    expect(request.body).toEqual(jasmine.objectContaining({ path: 'public/gallery/view-0.webp' }));
  });

  it('says that there are none', async () => {
    const fixture = await pageWith([]);
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('No pictures');
  });

  it('says why the list did not come, and loads it when asked again', async () => {
    const fixture = TestBed.createComponent(GalleryPage);
    server
      .expectOne(LIST)
      .flush({ title: 'Database', detail: 'It is away.' }, { status: 503, statusText: 'Unavailable' });
    await settled(fixture);
    const problem = (fixture.nativeElement as HTMLElement).querySelector('[data-testid=load-problem]');
    expect(problem?.textContent).toContain('It is away.');
    problem?.querySelector('button')?.click();
    server.expectOne(LIST).flush({ items: [], nextCursor: null, total: 0 });
    await settled(fixture);
    expect(text(fixture, 'load-problem')).toBeUndefined();
  });
});
