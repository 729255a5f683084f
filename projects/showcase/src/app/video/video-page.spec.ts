import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { watchSigning } from '../faults/watch-signing.ts';
import { DELIVERY_MODE, type DeliveryMode } from '../mode/delivery-mode.ts';
import { kinds } from '../resource-kinds.ts';
import { sampleSignedUrl } from '../testing/sample-photos.ts';
import { VideoPage } from './video-page.ts';

const SIGN = '/api/resources/sign';

describe('the video page', () => {
  let server: HttpTestingController;
  let fixture: ComponentFixture<VideoPage>;

  // Nobody answers these URLs; tests say when something has loaded.
  const notNow = (event: Event) => event.isTrusted && event.stopImmediatePropagation();
  beforeEach(() => document.addEventListener('error', notNow, true));
  afterEach(() => {
    fixture.destroy();
    document.removeEventListener('error', notNow, true);
    server.verify();
  });

  async function open(mode: DeliveryMode): Promise<void> {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([watchSigning])),
        provideHttpClientTesting(),
        provideResourceUrls({ mode, api: '/api/resources', kinds }),
        { provide: DELIVERY_MODE, useValue: mode },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(VideoPage);
    document.body.append(fixture.nativeElement as HTMLElement);
    await settled();
  }

  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function sign(sid: string): Promise<void> {
    server.expectOne(SIGN).flush({
      url: sampleSignedUrl('public/videos/clip.webm', sid.repeat(22)),
      expiresAt: new Date(Date.now() + 55_000).toISOString(),
      signatureId: 'sig_x',
    });
    await settled();
  }

  const part = (testId: string) =>
    (fixture.nativeElement as HTMLElement).querySelector<HTMLElement>(`[data-testid=${testId}]`);

  async function loaded(): Promise<void> {
    part('video')?.dispatchEvent(new Event('loadeddata'));
    await settled();
  }

  it('asks once, for a minute, and says for how long the URL works', async () => {
    await open('production');
    expect(server.match(SIGN).map(({ request }) => request.body as object)).toEqual([
      { path: 'public/videos/clip.webm', reason: 'sample_video', expiryMinutes: 1 },
    ]);
    expect(part('seconds-left')?.textContent).toBe('… s');
  });

  it('asks for another URL until there is one, and says where the video went on', async () => {
    await open('production');
    await sign('A');
    await loaded();
    expect(part('seconds-left')?.textContent).toMatch(/^5[56] s$/);
    part('another-url')?.click();
    await settled();
    expect(part('video-word')?.textContent).toContain('Asking for another URL');
    await sign('B');
    expect(part('url-number')?.textContent).toBe('2');
    await loaded();
    expect(part('video-word')?.textContent).toContain('URL no. 2: the video went on at 0.0 s.');
  });

  it('says that it is gone when its owner is revoked, and asks again when told to', async () => {
    await open('production');
    server.expectOne(SIGN).flush({ code: 'owner-revoked' }, { status: 403, statusText: 'Forbidden' });
    await settled();
    expect(part('video-gone')?.textContent).toContain('key is revoked');
    part('video-gone')?.querySelector('button')?.click();
    await settled();
    await sign('A');
    expect(part('video-gone')).toBeNull();
  });

  it('has nothing to run out in development mode', async () => {
    await open('development');
    expect(part('another-url')).toBeNull();
    expect(part('video')?.getAttribute('src')).toBe('/assets/deployed/videos/clip.webm');
  });
});
