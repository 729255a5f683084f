import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { samplePhoto } from '../testing/sample-photos.ts';
import { UploadPage } from './upload-page.ts';

describe('the upload page', () => {
  let fixture: ComponentFixture<UploadPage>;
  let server: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [provideRouter([]), provideHttpClient(), provideHttpClientTesting()],
    });
    server = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(UploadPage);
    await fixture.whenStable();
  });

  const element = () => fixture.nativeElement as HTMLElement;

  async function drop(...names: string[]): Promise<void> {
    const dataTransfer = new DataTransfer();
    for (const name of names) dataTransfer.items.add(new File(['bytes'], name, { type: 'text/plain' }));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer }));
    await settled();
  }

  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  const posted = () => server.expectOne(({ url }) => url === '/api/resources');

  it('sends several files, one after the other, and says where to see them', async () => {
    await drop('a.txt', 'b.txt');
    posted().flush(samplePhoto());
    await settled();
    posted().flush(samplePhoto());
    await settled();
    expect(element().querySelectorAll('[data-testid=upload][data-state=done]').length).toBe(2);
    expect(element().querySelector('.seen a')?.getAttribute('href')).toBe('/team');
  });

  it('takes any file as a document', async () => {
    element().querySelector<HTMLElement>('[data-testid=kind-document] button')?.click();
    await settled();
    expect(element().querySelector<HTMLInputElement>('input[type=file]')?.accept).toBe('');
    await drop('a.txt');
    expect(posted().request.params.get('kind')).toBe('document');
  });

  it('cancels a file under way, and sends it again when asked', async () => {
    await drop('a.txt');
    const first = posted();
    element().querySelector<HTMLElement>('[data-testid=upload-cancel]')?.click();
    await settled();
    expect(first.cancelled).toBeTrue();
    expect(element().textContent).toContain('Cancelled');
    element().querySelector<HTMLElement>('[data-testid=upload-retry]')?.click();
    await settled();
    posted().flush(samplePhoto());
    await settled();
    expect(element().querySelector('[data-testid=upload]')?.getAttribute('data-state')).toBe('done');
  });
});
