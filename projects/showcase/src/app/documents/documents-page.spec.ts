import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { provideResourceUrls } from '@countersign/angular';
import { watchSigning } from '../faults/watch-signing.ts';
import { Session } from '../session/session.ts';
import { samplePhoto, sampleSignedUrl } from '../testing/sample-photos.ts';
import { DocumentsPage } from './documents-page.ts';

const SIGN = '/api/resources/sign';
const PATH = 'users/ada/documents/contract.pdf';
const document1 = samplePhoto({
  path: PATH,
  kind: 'document',
  displayName: 'Contract',
  contentType: 'application/pdf',
  size: 984,
});

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
        { provide: Session, useValue: session },
      ],
    });
    server = TestBed.inject(HttpTestingController);
  });

  afterEach(() => server.verify());

  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  async function open(items = [document1]): Promise<HTMLElement> {
    fixture = TestBed.createComponent(DocumentsPage);
    server
      .expectOne(`/api/resources?prefix=users/&limit=200`)
      .flush({ items, nextCursor: null, total: items.length });
    await settled();
    return fixture.nativeElement as HTMLElement;
  }

  const link = (element: HTMLElement) =>
    element.querySelector<HTMLAnchorElement>('[data-testid=document-link]');
  const text = (element: HTMLElement, testId: string) =>
    element.querySelector(`[data-testid=${testId}]`)?.textContent?.trim();

  it('asks for no URL when it shows a hundred documents', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      ...document1,
      path: `users/ada/documents/${index}.pdf`,
    }));
    const element = await open(many);
    expect(element.querySelectorAll('[data-testid=document]').length).toBe(100);
    expect(text(element, 'documents-requests')).toBe('0');
    expect(text(element, 'document-status')).toBe('not asked for');
  });

  it('asks when somebody reaches for a document, and links to the answer', async () => {
    const element = await open();
    link(element)?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    await settled();
    const url = sampleSignedUrl(PATH);
    server
      .expectOne(SIGN)
      .flush({ url, expiresAt: new Date(Date.now() + 900_000).toISOString(), signatureId: 'sig_x' });
    await settled();
    expect(link(element)?.href).toBe(url);
    expect(text(element, 'document-status')).toMatch(/^signed until \d\d:\d\d$/);
    expect(text(element, 'documents-requests')).toBe('1');
  });

  it('says in words why there is no URL', async () => {
    const element = await open();
    link(element)?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    await settled();
    server
      .expectOne(SIGN)
      .flush({ title: 'Revoked', code: 'owner-revoked' }, { status: 403, statusText: 'Forbidden' });
    await settled();
    expect(text(element, 'document-status')).toContain('key is revoked');
    expect(link(element)?.href).not.toContain('sig=');
  });

  it('says what a document is', async () => {
    const element = await open();
    expect(element.querySelector('[data-testid=document]')?.textContent).toContain('PDF, 984 B');
  });

  it('lists everybody’s for an administrator, with whose they are, and nothing that is no document', async () => {
    administrator.set(true);
    const element = await open([document1, samplePhoto({ path: 'users/ada/other.jpg' })]);
    expect(element.querySelectorAll('[data-testid=document]').length).toBe(1);
    expect(element.querySelector('[data-testid=document]')?.textContent).toContain('of Ada');
  });

  it('invites to upload the first one', async () => {
    const element = await open([]);
    expect(text(element, 'no-documents')).toContain('No documents yet');
    expect(element.querySelector('[data-testid=no-documents] a')?.getAttribute('href')).toBe('/upload');
  });
});
