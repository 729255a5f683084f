import { HttpEventType, provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { inputBinding, signal, twoWayBinding } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { injectResourceUploads, type RefusedFile, type ResourceUploads } from '@countersign/angular/upload';
import { samplePhoto } from '../testing/sample-photos.ts';
import { UploadList } from './upload-list.ts';

const UNAVAILABLE = { status: 503, statusText: 'Unavailable', headers: { 'Retry-After': '2' } };
const REFUSED = { status: 415, statusText: 'Unsupported Media Type' };

describe('the list of uploads', () => {
  let fixture: ComponentFixture<UploadList>;
  let server: HttpTestingController;
  let uploads: ResourceUploads;
  const refused = signal<readonly RefusedFile[]>([]);
  const pictures = signal(false);

  beforeEach(() => {
    refused.set([]);
    pictures.set(false);
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
      ],
    });
    server = TestBed.inject(HttpTestingController);
    uploads = TestBed.runInInjectionContext(() => injectResourceUploads({ concurrency: 2 }));
    fixture = TestBed.createComponent(UploadList, {
      bindings: [
        inputBinding('uploads', () => uploads),
        inputBinding('pictures', pictures),
        twoWayBinding('refused', refused),
      ],
    });
  });

  const element = () => fixture.nativeElement as HTMLElement;
  const rows = () => [...element().querySelectorAll<HTMLElement>('[data-testid=upload]')];
  const states = () => rows().map(({ dataset }) => dataset['state']);
  const posts = () => server.match(({ url, method }) => url === '/api/resources' && method === 'POST');

  async function add(...names: string[]): Promise<void> {
    const files = names.map((name) => new File(['1234'], name, { type: 'image/jpeg' }));
    uploads.add(files, { kind: 'teamPhoto' });
    await fixture.whenStable();
  }

  async function press(testId: string): Promise<void> {
    const button = element().querySelector<HTMLElement>(`[data-testid=${testId}]`);
    if (!button) throw new Error(`no ${testId}`);
    button.focus();
    button.click();
    await fixture.whenStable();
  }

  it('is not there while there is nothing to say', async () => {
    await fixture.whenStable();
    expect(element().textContent).toBe('');
    expect(getComputedStyle(element()).display).toBe('none');
  });

  it('shows how far each file is, and all together, to screen readers as well', async () => {
    await add('a.jpg', 'b.jpg', 'c.jpg');
    expect(states()).toEqual(['uploading', 'uploading', 'queued']);
    const [first] = posts();
    first?.event({ type: HttpEventType.UploadProgress, loaded: 1, total: 4 });
    await fixture.whenStable();
    const [all, a, b] = [...element().querySelectorAll('[role=progressbar]')];
    expect(a?.getAttribute('aria-label')).toBe('Sending a.jpg');
    expect(a?.getAttribute('aria-valuenow')).toBe('25');
    expect(rows()[0]?.textContent).toContain('25%');
    expect(b?.getAttribute('mode')).toBe('indeterminate');
    expect(all?.getAttribute('aria-valuenow')).toBe(String((1 / 12) * 100));
    first?.flush(samplePhoto());
    await fixture.whenStable();
    expect(element().querySelector('h2')?.textContent?.trim()).toBe('1 of 3 files stored');
    expect(rows()[0]?.textContent).toContain('Stored and on the page');
  });

  it('tells a person, not a program, why a file was refused', async () => {
    await add('a.jpg');
    posts()[0]?.flush(
      { code: 'content-mismatch', title: 'x', detail: 'Declared image/jpeg, found text/html.' },
      REFUSED,
    );
    await fixture.whenStable();
    expect(states()).toEqual(['failed']);
    expect(rows()[0]?.textContent).toContain('This is not really a picture of the kind its name says.');
    expect(rows()[0]?.textContent).not.toContain('text/html');
  });

  it('pauses, resumes, cancels and sends again with buttons that keep the focus', async () => {
    await add('a.jpg');
    const [first] = posts();
    await press('upload-pause');
    expect(first?.cancelled).toBeTrue();
    expect(rows()[0]?.textContent).toContain('Paused; it will start over');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Resume a.jpg');
    await press('upload-resume');
    expect(states()).toEqual(['uploading']);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Pause a.jpg');
    await press('upload-cancel');
    expect(states()).toEqual(['cancelled']);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Take a.jpg off the list');
    await press('upload-retry');
    expect(states()).toEqual(['uploading']);
  });

  it('says when a file is tried again, and tries at once when told', async () => {
    await add('a.jpg');
    posts()[0]?.flush({ code: 'audit-unavailable', title: 'x', detail: 'The audit is down.' }, UNAVAILABLE);
    await fixture.whenStable();
    expect(states()).toEqual(['waiting']);
    expect(rows()[0]?.textContent).toMatch(/The audit is down\. Next try at \d+:\d\d:\d\d/);
    await press('upload-retry');
    posts()[0]?.flush(samplePhoto());
    await fixture.whenStable();
    expect(states()).toEqual(['completed']);
  });

  it('pauses, resumes and cancels all at once', async () => {
    await add('a.jpg', 'b.jpg', 'c.jpg');
    await press('uploads-pause');
    expect(states()).toEqual(['paused', 'paused', 'paused']);
    expect(document.activeElement?.textContent?.trim()).toBe('Resume all');
    await press('uploads-resume');
    expect(states()).toEqual(['uploading', 'uploading', 'queued']);
    await press('uploads-cancel');
    expect(states()).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('sends again what failed, removes what is finished, and leaves the focus at its title', async () => {
    await add('a.jpg', 'b.jpg', 'c.jpg');
    for (const post of posts()) post.flush({ code: 'owner-revoked', title: 'x' }, REFUSED);
    posts()[0]?.flush(samplePhoto());
    await fixture.whenStable();
    expect(states()).toEqual(['failed', 'failed', 'completed']);
    await press('uploads-clear');
    expect(states()).toEqual(['failed', 'failed']);
    expect(document.activeElement?.tagName).toBe('H2');
    await press('uploads-retry');
    expect(states()).toEqual(['uploading', 'uploading']);
  });

  it('takes a file off when asked, and keeps the others', async () => {
    await add('a.jpg', 'b.jpg');
    await press('upload-cancel');
    await press('upload-remove');
    expect(rows().map((row) => row.querySelector('.name')?.textContent)).toEqual(['b.jpg']);
  });

  it('says when all of a file has been sent, and shows a small picture of what has arrived', async () => {
    pictures.set(true);
    await add('a.jpg');
    const [post] = posts();
    post?.event({ type: HttpEventType.UploadProgress, loaded: 4, total: 4 });
    await fixture.whenStable();
    expect(rows()[0]?.textContent).toContain('the server has the last of it soon');
    post?.flush(samplePhoto());
    await fixture.whenStable();
    expect(rows()[0]?.textContent).toContain('its small picture is being made');
    element().querySelector('[data-testid=thumbnail]')?.dispatchEvent(new Event('load'));
    await fixture.whenStable();
    expect(rows()[0]?.querySelector('.what')?.textContent).not.toContain('small picture');
  });

  it('says of what was not taken why, until it is put away', async () => {
    refused.set([
      { name: 'holiday', reason: 'folder' },
      { name: 'notes.txt', reason: 'unsupported-type' },
    ]);
    await fixture.whenStable();
    const notTaken = element().querySelectorAll('[data-testid=upload-not-taken]');
    expect(notTaken[0]?.textContent).toContain('This is a folder');
    expect(notTaken[1]?.textContent).toContain('Only JPEG');
    notTaken[0]?.querySelector('button')?.click();
    await fixture.whenStable();
    expect(refused().map(({ name }) => name)).toEqual(['notes.txt']);
  });
});
