import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { provideResourceUrls } from '@countersign/angular';
import { samplePhoto } from '../testing/sample-photos.ts';
import { UploadPage } from './upload-page.ts';

describe('the upload page', () => {
  let fixture: ComponentFixture<UploadPage>;
  let server: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
      ],
    });
    server = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(UploadPage);
    await fixture.whenStable();
  });

  const element = () => fixture.nativeElement as HTMLElement;
  const zone = () => element().querySelector<HTMLElement>('[data-testid=drop-zone]');
  const posts = () => server.match(({ url }) => url === '/api/resources');

  async function drop(target: EventTarget | null, type: string, ...names: string[]): Promise<DragEvent> {
    const dataTransfer = new DataTransfer();
    for (const name of names) dataTransfer.items.add(new File(['bytes'], name, { type }));
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    target?.dispatchEvent(event);
    await fixture.whenStable();
    return event;
  }

  it('sends several files at once, each of them once, and says where to see them', async () => {
    const event = await drop(zone(), 'image/png', 'a.png', 'b.png', 'c.png', 'd.png');
    expect(event.defaultPrevented).toBeTrue();
    const first = posts();
    expect(first.map(({ request }) => request.params.get('name'))).toEqual(['a.png', 'b.png', 'c.png']);
    for (const post of first) post.flush(samplePhoto());
    for (const post of posts()) post.flush(samplePhoto());
    await fixture.whenStable();
    expect(element().querySelectorAll('[data-testid=upload][data-state=completed]').length).toBe(4);
    expect(element().querySelector('.seen a')?.getAttribute('href')).toBe('/team');
  });

  it('takes what is dropped beside the zone as well', async () => {
    await drop(document, 'image/png', 'a.png');
    expect(posts().map(({ request }) => request.params.get('name'))).toEqual(['a.png']);
  });

  it('sends no photo that is none, and says why', async () => {
    await drop(zone(), 'image/heic', 'a.heic');
    expect(posts()).toEqual([]);
    expect(element().querySelector('[data-testid=upload-not-taken]')?.textContent).toContain('convert HEIC');
    await drop(zone(), 'image/png', 'a.png');
    expect(element().querySelector('[data-testid=upload-not-taken]')).toBeNull();
  });

  it('takes any file as a document', async () => {
    element().querySelector<HTMLElement>('[data-testid=kind-document] button')?.click();
    await fixture.whenStable();
    await drop(zone(), 'text/plain', 'a.txt');
    expect(posts()[0]?.request.params.get('kind')).toBe('document');
  });
});
