import { HttpEventType, provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { provideResourceUrls } from '@countersign/angular';
import { provideImageDerivatives } from '@countersign/angular/image';
import type { Resource } from '../api/wire-types.ts';
import { watchSigning } from '../faults/watch-signing.ts';
import { Session } from '../session/session.ts';
import { sampleDocument, sampleSignedUrl } from '../testing/sample-photos.ts';
import { DocumentsPage } from './documents-page.ts';

const SIGN = '/api/resources/sign';
const PATH = 'users/ada/documents/contract.pdf';
const ASKED = '/api/resources?kind=document&status=completed&sort=newest&limit=20';

describe('the documents page', () => {
  let server: HttpTestingController;
  let fixture: ComponentFixture<DocumentsPage>;
  const administrator = signal(false);

  beforeEach(() => {
    sessionStorage.clear();
    administrator.set(false);
    const session = { administrator, person: signal({ id: 'ada', name: 'Ada', role: 'tenantMember' }) };
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        provideHttpClient(withInterceptors([watchSigning])),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
        provideImageDerivatives(),
        { provide: Session, useValue: session },
      ],
    });
    server = TestBed.inject(HttpTestingController);
  });

  afterEach(() => server.verify());

  const element = () => fixture.nativeElement as HTMLElement;
  const all = (testId: string) => [...element().querySelectorAll<HTMLElement>(`[data-testid=${testId}]`)];
  const one = <T extends HTMLElement = HTMLElement>(testId: string): T => {
    const found = document.querySelector<T>(`[data-testid=${testId}]`);
    if (!found) throw new Error(`${testId} is not there`);
    return found;
  };
  const text = (testId: string) => all(testId)[0]?.textContent?.trim();

  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function press(testId: string): Promise<void> {
    one(testId).click();
    await settled();
  }

  /** Chooses from the menu of the first document. */
  async function choosing(testId: string): Promise<void> {
    await press('document-more');
    await press(testId);
  }

  async function answer(
    url: string,
    items: readonly Resource[],
    { nextCursor = null as string | null, total = items.length } = {},
  ): Promise<void> {
    server.expectOne(url).flush({ items, nextCursor, total });
    await settled();
  }

  async function open(items: readonly Resource[] = [sampleDocument()], more = {}): Promise<void> {
    fixture = TestBed.createComponent(DocumentsPage);
    await answer(ASKED, items, more);
  }

  /** The request that comes once a dialog has closed, or a file was read. */
  async function next(url: string): Promise<TestRequest> {
    for (let turn = 0; turn < 500; turn++) {
      const [found] = server.match(url);
      if (found) return found;
      await settled();
    }
    throw new Error(`${url} was not asked`);
  }

  async function type(testId: string, value: string): Promise<void> {
    const field = one<HTMLInputElement>(testId);
    field.value = value;
    field.dispatchEvent(new Event('input'));
    await settled();
  }

  async function choose(testId: string, value: string): Promise<void> {
    const field = one<HTMLSelectElement>(testId);
    field.value = value;
    field.dispatchEvent(new Event('change'));
    await settled();
  }

  describe('and URLs', () => {
    it('asks for none when it shows a page of documents', async () => {
      await open(
        Array.from({ length: 20 }, (_, index) =>
          sampleDocument({ id: `res_${index}`, path: `users/ada/documents/${index}.pdf` }),
        ),
      );
      expect(all('document').length).toBe(20);
      expect(text('documents-requests')).toBe('0');
      expect(text('document-status')).toBe('not asked for');
    });

    it('asks when somebody reaches for a document, and links to the answer', async () => {
      await open();
      one('document-link').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      await settled();
      const url = sampleSignedUrl(PATH);
      server
        .expectOne(SIGN)
        .flush({ url, expiresAt: new Date(Date.now() + 900_000).toISOString(), signatureId: 'sig_x' });
      await settled();
      expect(one<HTMLAnchorElement>('document-link').href).toBe(url);
      expect(text('document-status')).toMatch(/^signed until \d\d:\d\d$/);
      expect(text('documents-requests')).toBe('1');
    });

    it('says in words why there is none', async () => {
      await open();
      one('document-link').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      await settled();
      server
        .expectOne(SIGN)
        .flush({ title: 'Revoked', code: 'owner-revoked' }, { status: 403, statusText: 'Forbidden' });
      await settled();
      expect(text('document-status')).toContain('key is revoked');
      expect(one<HTMLAnchorElement>('document-link').href).not.toContain('sig=');
    });

    it('offers no link to what is not ready, and says what it is', async () => {
      await open([sampleDocument({ status: 'quarantined' })]);
      expect(all('document-link')).toEqual([]);
      expect(all('document-preview')).toEqual([]);
      expect(text('document-status')).toBe('In quarantine');
    });

    it('shows a small picture of a picture, and a larger one when it is looked at', async () => {
      await open([
        sampleDocument({ contentType: 'image/png', path: 'public/team/a.png', kind: 'teamPhoto' }),
      ]);
      // Nobody serves the URLs of a spec, and no element is to hear of that.
      element().addEventListener('error', (event) => event.stopImmediatePropagation(), true);
      const small = await next(SIGN);
      const path = 'public/team/a.png/~160.webp';
      expect((small.request.body as { path: string }).path).toBe(path);
      small.flush({
        url: sampleSignedUrl(path),
        expiresAt: new Date(Date.now() + 900_000).toISOString(),
        signatureId: 'sig_x',
      });
      await settled();
      expect(one<HTMLImageElement>('thumbnail').src).toBe(sampleSignedUrl(path));
      await press('document-preview');
      const { request } = server.expectOne(`${SIGN}/batch`);
      const asked = (request.body as { resources: { path: string }[] }).resources.map(({ path }) => path);
      expect(asked.sort()).toEqual(['public/team/a.png/~1280.webp', 'public/team/a.png/~640.webp']);
      expect(one<HTMLImageElement>('preview').alt).toBe('Contract');
      await press('preview-close');
    });

    it('shows what kind it is where there is no small picture', async () => {
      await open([
        sampleDocument({ contentType: 'image/png', path: 'public/team/b.png', kind: 'teamPhoto' }),
      ]);
      const no = { status: 403, statusText: 'No' };
      (await next(SIGN)).flush({ code: 'owner-revoked' }, no);
      await settled();
      (await next(SIGN)).flush({ code: 'owner-revoked' }, no);
      await settled();
      expect(one('thumbnail').hidden).toBeTrue();
      expect(element().querySelector('app-document-thumbnail app-icon')).not.toBeNull();
    });

    it('says in words why it cannot be looked at, and tries again', async () => {
      await open([sampleDocument({ contentType: 'audio/mpeg' })]);
      await press('document-preview');
      server.expectOne(SIGN).flush({ code: 'owner-revoked' }, { status: 403, statusText: 'No' });
      await settled();
      expect(one('preview-problem').textContent).toContain('its owner’s key is revoked');
      expect(one('preview').offsetParent).toBeNull();
      await press('preview-retry');
      const url = sampleSignedUrl(PATH);
      server
        .expectOne(SIGN)
        .flush({ url, expiresAt: new Date(Date.now() + 900_000).toISOString(), signatureId: 'sig_x' });
      await settled();
      expect(document.querySelector('[data-testid=preview-problem]')).toBeNull();
      expect(one<HTMLAudioElement>('preview').src).toBe(url);
      await press('preview-close');
    });
  });

  it('says of each document what it is, and whose where it is not one’s own', async () => {
    await open([
      sampleDocument({ label: 'Signed', notes: 'By both.' }),
      sampleDocument({ id: 'res_2', owner: 'grace', ownerName: 'Grace' }),
    ]);
    const [first, second] = all('document').map(({ textContent }) => textContent);
    expect(first).toContain('PDF, 984 B');
    expect(first).toContain('Signed');
    expect(first).toContain('By both.');
    expect(first).not.toContain('of Ada');
    expect(second).toContain('of Grace');
  });

  it('lets nobody change what belongs to somebody else, apart from an administrator', async () => {
    const theirs = sampleDocument({ owner: 'grace', ownerName: 'Grace' });
    await open([theirs]);
    expect(all('document-more')).toEqual([]);
    administrator.set(true);
    await settled();
    expect(all('document-more').length).toBe(1);
  });

  describe('finds', () => {
    it('by kind, status and order, from the first page each time', async () => {
      await open();
      await choose('filter-kind', 'all');
      await answer('/api/resources?status=completed&sort=newest&limit=20', []);
      await choose('filter-status', 'quarantined');
      await answer('/api/resources?status=quarantined&sort=newest&limit=20', []);
      await choose('filter-type', 'image/*');
      await answer('/api/resources?status=quarantined&sort=newest&limit=20&type=image/*', []);
      await choose('filter-sort', 'size asc');
      const ask = '/api/resources?status=quarantined&sort=size&limit=20&direction=asc&type=image/*';
      await answer(ask, [sampleDocument({ status: 'quarantined' })]);
      expect(all('document').length).toBe(1);
    });

    it('by a part of the name, once somebody stops typing', async () => {
      await open();
      await type('filter-search', 'con');
      await type('filter-search', ' contract ');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await answer('/api/resources?kind=document&status=completed&sort=newest&limit=20&search=contract', []);
      expect(text('no-documents')).toContain('Nothing fits');
      await press('show-all');
      await answer(ASKED, [sampleDocument()]);
      expect(one<HTMLInputElement>('filter-search').value).toBe('');
    });

    it('by the heads of columns, one way and the other, and says which', async () => {
      await open();
      const sorted = () => [...element().querySelectorAll('[aria-sort]')].map((head) => head.ariaSort);
      expect(sorted()).toEqual(['descending']);
      await press('sort-name');
      await answer('/api/resources?kind=document&status=completed&sort=name&limit=20', [sampleDocument()]);
      expect(sorted()).toEqual(['ascending']);
      await press('sort-name');
      await answer('/api/resources?kind=document&status=completed&sort=name&limit=20&direction=desc', [
        sampleDocument(),
      ]);
      expect([...sorted(), text('sort-name')]).toEqual(['descending', 'Name']);
      expect(one<HTMLSelectElement>('filter-sort').value).toBe('name desc');
    });

    it('what the address says, which follows, and nothing that is no choice', async () => {
      const router = TestBed.inject(Router);
      await router.navigateByUrl('/?mode=production&sort=size&status=gone&direction=up&search=con');
      fixture = TestBed.createComponent(DocumentsPage);
      const ask = '/api/resources?kind=document&status=completed&sort=size&limit=20&search=con';
      await answer(ask, [sampleDocument()]);
      expect(one<HTMLInputElement>('filter-search').value).toBe('con');
      await choose('filter-kind', 'video');
      await answer(ask.replace('document', 'video'), []);
      expect(router.url).toBe('/?mode=production&sort=size&search=con&kind=video');
      await router.navigateByUrl('/?mode=production&sort=size&search=con');
      await answer(ask, [sampleDocument()]);
      expect(one<HTMLSelectElement>('filter-kind').value).toBe('document');
    });

    it('nothing in an answer to an earlier question', async () => {
      await open();
      await choose('filter-sort', 'name asc');
      const late = server.expectOne(({ params }) => params.get('sort') === 'name');
      await choose('filter-sort', 'size desc');
      expect(late.cancelled).toBeTrue();
      await answer('/api/resources?kind=document&status=completed&sort=size&limit=20', []);
    });

    it('more on the next pages, and the way back', async () => {
      await open([sampleDocument()], { nextCursor: 'c1', total: 41 });
      expect(text('documents-total')).toBe('1–1 of 41');
      await press('documents-next');
      await answer(`${ASKED}&cursor=c1`, [sampleDocument({ id: 'res_2' })], { nextCursor: 'c2', total: 41 });
      expect(text('documents-total')).toBe('21–21 of 41');
      one('documents-next').focus();
      await press('documents-next');
      // Pressed once more before the answer is here.
      await press('documents-next');
      await answer(`${ASKED}&cursor=c2`, [sampleDocument({ id: 'res_3' })], { total: 41 });
      expect(one('documents-next').ariaDisabled).toBe('true');
      expect(document.activeElement).toBe(one('documents-next'));
      await press('documents-next');
      await press('documents-previous');
      await answer(`${ASKED}&cursor=c1`, [sampleDocument({ id: 'res_2' })], { nextCursor: 'c2', total: 41 });
      await press('documents-previous');
      await answer(ASKED, [sampleDocument()], { nextCursor: 'c1', total: 41 });
      expect(one('documents-previous').ariaDisabled).toBe('true');
      await press('documents-previous');
    });
  });

  it('says why there is no list, and asks again', async () => {
    fixture = TestBed.createComponent(DocumentsPage);
    server.expectOne(ASKED).error(new ProgressEvent('error'));
    await settled();
    expect(text('load-problem')).toContain('The server does not answer');
    element().querySelector<HTMLElement>('[data-testid=load-problem] button')?.click();
    await answer(ASKED, []);
    expect(text('no-documents')).toContain('No documents yet');
  });

  it('does not offer to ask again for what one may not see', async () => {
    fixture = TestBed.createComponent(DocumentsPage);
    const problem = { title: 'You may not do this', detail: 'It takes resource:view.', code: 'forbidden' };
    server.expectOne(ASKED).flush(problem, { status: 403, statusText: 'Forbidden' });
    await settled();
    expect(text('load-problem')).toContain('You may not do this');
    expect(element().querySelector('[data-testid=load-problem] button')).toBeNull();
  });

  it('says that there are more than anybody counted', async () => {
    fixture = TestBed.createComponent(DocumentsPage);
    const page = { items: [sampleDocument()], nextCursor: 'c1', total: 10_000, totalIsLowerBound: true };
    server.expectOne(ASKED).flush(page);
    await settled();
    expect(text('documents-total')).toBe('1–1 of more than 10000');
  });

  describe('edits', () => {
    const PATCH = '/api/resources/res_1';

    async function edit(label: string): Promise<void> {
      await choosing('document-edit');
      expect(document.activeElement).toBe(one('edit-label'));
      await type('edit-label', label);
      await type('edit-notes', ' By both. ');
      await press('edit-save');
    }

    beforeEach(async () => {
      await open([sampleDocument({ revision: 3 })]);
      document.body.append(element());
    });
    afterEach(() => element().remove());

    it('label and notes, if nobody else was faster', async () => {
      await edit('Signed');
      const { request } = server.expectOne(PATCH);
      expect([request.method, request.headers.get('If-Match')]).toEqual(['PATCH', '"3"']);
      expect(request.body).toEqual({ label: 'Signed', notes: 'By both.' });
    });

    it('and shows what was saved, with the focus where it was', async () => {
      await edit('Signed');
      server.expectOne(PATCH).flush(sampleDocument({ label: 'Signed', revision: 4 }));
      await settled();
      expect(text('document-label')).toBe('Signed');
      expect(all('document-editor')).toEqual([]);
      expect(document.activeElement).toBe(one('document-more'));
    });

    it('and takes a text away that was emptied', async () => {
      await edit('  ');
      expect(server.expectOne(PATCH).request.body).toEqual({ label: null, notes: 'By both.' });
    });

    async function meetConflict(): Promise<void> {
      await edit('Mine');
      server.expectOne(PATCH).flush({ code: 'changed-meanwhile' }, { status: 412, statusText: 'No' });
      await settled();
      server.expectOne(PATCH).flush(sampleDocument({ label: 'Theirs', revision: 5 }));
      await settled();
      expect(text('edit-conflict')).toContain('Theirs');
      expect(one<HTMLInputElement>('edit-label').value).toBe('Mine');
      expect(document.activeElement).toBe(one('edit-conflict'));
    }

    it('and shows what somebody else wrote meanwhile; one may still save', async () => {
      await meetConflict();
      await press('edit-save');
      expect(server.expectOne(PATCH).request.headers.get('If-Match')).toBe('"5"');
    });

    it('and shows what somebody else wrote meanwhile; one may keep that', async () => {
      await meetConflict();
      await press('edit-take-theirs');
      expect(text('document-label')).toBe('Theirs');
    });

    it('and says why nothing was saved', async () => {
      await edit('Signed');
      server.expectOne(PATCH).flush({ title: 'Revoked', detail: 'x.' }, { status: 403, statusText: 'No' });
      await settled();
      expect(text('edit-problem')).toBe('Revoked. x.');
    });

    it('nothing after Escape', async () => {
      await choosing('document-edit');
      one('edit-label').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      await settled();
      expect(all('document-editor')).toEqual([]);
    });
  });

  describe('assigns', () => {
    const collection = { id: 'col_1', name: 'Order 7', status: 'active' };

    it('a document to a collection, and lists it under its new path', async () => {
      await open();
      await choosing('document-assign');
      server.expectOne('/api/collections?status=active&limit=200').flush({ items: [collection] });
      await settled();
      expect(one<HTMLButtonElement>('assign-move').disabled).toBeTrue();
      expect(document.querySelector('[data-testid=assign-make]')).toBeNull();
      await choose('assign-collection', 'col_1');
      await press('assign-move');
      const { request } = server.expectOne('/api/resources/res_1/assign');
      expect(request.body).toEqual({ collection: 'col_1' });
    });

    async function move(): Promise<TestRequest> {
      await open([sampleDocument({ collection: 'col_1' })]);
      await choosing('document-assign');
      server.expectOne('/api/collections?status=active&limit=200').flush({ items: [collection] });
      await settled();
      await choose('assign-collection', '');
      await press('assign-move');
      return server.expectOne('/api/resources/res_1/unassign');
    }

    it('it to none', async () => {
      (await move()).flush({});
      (await next(ASKED)).flush({ items: [sampleDocument()], nextCursor: null, total: 1 });
      await settled();
      expect(text('documents-news')).toContain('its old URLs are dead');
    });

    it('nothing that is refused, and says why', async () => {
      const problem = { title: 'Busy', detail: 'Wait.' };
      (await move()).flush(problem, { status: 409, statusText: 'No' });
      await settled();
      expect(one('assign-problem').textContent).toBe('Busy. Wait.');
      document.querySelector<HTMLElement>('[mat-dialog-close]')?.click();
      await settled();
      expect(document.activeElement).toBe(one('document-more'));
    });

    it('one to a collection that an administrator makes', async () => {
      administrator.set(true);
      await open();
      await choosing('document-assign');
      server.expectOne('/api/collections?status=active&limit=200').flush({ items: [] });
      await settled();
      await type('assign-new', ' Order 8 ');
      await press('assign-make');
      const request = server.expectOne('/api/collections');
      expect(request.request.body).toEqual({ name: 'Order 8' });
      request.flush({ ...collection, id: 'col_8', name: 'Order 8' });
      await settled();
      await press('assign-move');
      expect(server.expectOne('/api/resources/res_1/assign').request.body).toEqual({ collection: 'col_8' });
    });
  });

  describe('knows versions', () => {
    const VERSIONS = '/api/resources/res_1/versions';
    const older = {
      version: 1,
      path: `${PATH}/1`,
      status: 'completed',
      size: 7,
      uploadedAt: '2026-11-20T12:00:00Z',
    };

    async function look(items: readonly unknown[]): Promise<void> {
      await open([sampleDocument({ version: 2, revision: 3 })]);
      expect(text('document-version')).toBe('version 2');
      await choosing('document-versions');
      server.expectOne(VERSIONS).flush({ items });
      await settled();
    }

    it('brings an older one back, if nobody else was faster', async () => {
      await look([older]);
      expect(one('version').textContent).toContain('Version 1');
      await press('version-restore');
      const restored = server.expectOne(`${VERSIONS}/1/restore`);
      expect(restored.request.headers.get('If-Match')).toBe('"3"');
      restored.flush({ epoch: 7 });
      (await next(ASKED)).flush({ items: [sampleDocument({ version: 3 })], nextCursor: null, total: 1 });
      await settled();
      expect(text('documents-news')).toContain('its old URLs are dead');
    });

    it('puts a file in the place of what is there, and says why that was refused', async () => {
      await look([]);
      const picked = new DataTransfer();
      picked.items.add(new File(['text'], 'b.txt', { type: 'text/plain' }));
      const input = one<HTMLInputElement>('version-file');
      input.files = picked.files;
      input.dispatchEvent(new Event('change'));
      await settled();
      const put = server.expectOne('/api/resources/res_1/content');
      expect([put.request.method, put.request.headers.get('Content-Type')]).toEqual(['PUT', 'text/plain']);
      put.flush({ title: 'Full', detail: 'No room.' }, { status: 413, statusText: 'No' });
      await settled();
      expect(one('version-problem').textContent?.trim()).toBe('Full. No room.');
      document.querySelector<HTMLElement>('[mat-dialog-close]')?.click();
      await settled();
    });
  });

  describe('deletes', () => {
    it('what was confirmed, and goes a page back from an empty one', async () => {
      await open([sampleDocument()], { nextCursor: 'c1', total: 21 });
      await press('documents-next');
      await answer(`${ASKED}&cursor=c1`, [sampleDocument({ id: 'res_2' })], { total: 21 });
      await choosing('document-delete');
      await press('confirm-delete');
      const request = await next('/api/resources/res_2');
      expect(request.request.method).toBe('DELETE');
      request.flush({ epoch: 7 });
      await settled();
      await answer(ASKED, [sampleDocument()]);
      expect(text('documents-news')).toContain('Contract is deleted');
    });

    it('nothing that could not be, and says why', async () => {
      await open();
      await choosing('document-delete');
      await press('confirm-delete');
      const problem = { title: 'No', detail: 'Not now.' };
      (await next('/api/resources/res_1')).flush(problem, { status: 503, statusText: 'No' });
      await settled();
      expect(text('documents-news')).toBe('Contract is still there: No. Not now.');
      expect(all('document').length).toBe(1);
      expect(document.activeElement).toBe(one('document-more'));
    });

    it('one of several, and goes on at the next', async () => {
      const second = sampleDocument({ id: 'res_2', displayName: 'Plan' });
      await open([sampleDocument(), second]);
      await choosing('document-delete');
      await press('confirm-delete');
      (await next('/api/resources/res_1')).flush({ epoch: 7 });
      await settled();
      await answer(ASKED, [second]);
      expect(document.activeElement?.ariaLabel).toBe('More for Plan');
    });
  });

  it('sends a dropped file as a document, straight to the store, and then lists it', async () => {
    await open([]);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['text'], 'a.txt', { type: 'text/plain' }));
    one('drop-zone').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    const watched = await next('/api/resources/uploads/events');
    const begin = await next('/api/resources/uploads');
    expect((begin.request.body as { kind: string }).kind).toBe('document');
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    begin.flush({ id: 'res_1', uploadId: 'u', url: 'https://s3.example.com/b', fields: {}, expiresAt });
    (await next('https://s3.example.com/b')).flush('', { status: 204, statusText: 'No Content' });
    const complete = await next('/api/resources/res_1/complete');
    await settled();
    expect(text('upload-processing')).toContain('the server has the last of it soon');
    let partialText = '';
    const say = async (state: string): Promise<string | undefined> => {
      const news = { id: 'res_1', uploadId: 'u', state, size: 4, received: 4, failure: null };
      partialText += `event: upload\ndata: ${JSON.stringify(news)}\n\n`;
      watched.event({ type: HttpEventType.DownloadProgress, loaded: partialText.length, partialText });
      await settled();
      return text('upload-processing');
    };
    expect(await say('uploading')).toBe('All of it has arrived at the server');
    expect(await say('examining')).toContain('looks what it is, and for viruses');
    complete.flush(sampleDocument());
    await settled();
    expect(watched.cancelled).toBeTrue();
    await answer(ASKED, [sampleDocument()]);
    expect(all('document').length).toBe(1);
  });
});
