import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { Component, inject, signal } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideResourceUrls, ResourceUrlService, type ResourceRef } from '@countersign/angular';
import { sampleSignedUrl } from '../testing/sample-photos.ts';
import { chosenFallback, Demonstration, FaultChoice } from './fault-choice.ts';
import { FaultPanel } from './fault-panel.ts';
import { PageResources } from './page-resources.ts';
import { watchSigning } from './watch-signing.ts';

const BATCH = '/api/resources/sign/batch';
const REFS: readonly ResourceRef[] = [
  { kind: 'teamPhoto', name: 'a.jpg' },
  { kind: 'teamPhoto', name: 'b.jpg' },
];

@Component({ template: '' })
class Page {
  readonly refs = signal(REFS);

  constructor() {
    inject(PageResources).follow(this.refs);
    const urls = inject(ResourceUrlService);
    for (const ref of REFS) urls.getUrl(ref).subscribe();
  }
}

describe('the fault panel', () => {
  let server: HttpTestingController;
  let page: ComponentFixture<Page>;
  let panel: ComponentFixture<FaultPanel>;

  beforeEach(async () => {
    sessionStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([watchSigning])),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = TestBed.createComponent(Page);
    panel = TestBed.createComponent(FaultPanel);
    await settled();
  });

  afterEach(() => sessionStorage.clear());

  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await page.whenStable();
    await panel.whenStable();
  }

  const element = () => panel.nativeElement as HTMLElement;
  const text = (testId: string) => element().querySelector(`[data-testid=${testId}]`)?.textContent?.trim();

  async function press(selector: string): Promise<void> {
    element().querySelector<HTMLElement>(selector)?.click();
    await settled();
  }

  function answer(): void {
    server.expectOne(BATCH).flush({
      results: REFS.map((_, index) => ({
        url: sampleSignedUrl(`public/team/${index}.jpg`),
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        signatureId: 'sig_x',
      })),
    });
  }

  it('counts the states of what the page shows, until the page is left', async () => {
    expect(text('count-loading')).toBe('2');
    answer();
    await settled();
    expect(text('count-loading')).toBe('0');
    expect(text('count-ready')).toBe('2');
    page.destroy();
    await panel.whenStable();
    expect(text('count-ready')).toBe('0');
    expect(element().querySelector('[data-testid=ask-anew]')?.getAttribute('aria-disabled')).toBe('true');
  });

  it('asks anew for everything in one request, and lists it', async () => {
    answer();
    await settled();
    await press('[data-testid=ask-anew]');
    expect(text('count-stale')).toBe('2');
    answer();
    await settled();
    const rows = [...element().querySelectorAll<HTMLElement>('[data-testid=sign-request]')];
    expect(rows.map((row) => row.dataset['answer'])).toEqual(['200', '200']);
    expect(rows[0]?.textContent).toContain('2');
  });

  it('remembers the fault in this tab, and says what it means', async () => {
    await press('[data-testid=fault-429] button');
    expect(TestBed.inject(FaultChoice).chosen()).toBe('429');
    expect(sessionStorage.getItem('countersign.fault')).toBe('429');
    expect(element().textContent).toContain('come back in 5 seconds');
  });

  it('gives the library a fallback from the next load on', async () => {
    expect(chosenFallback()).toEqual({});
    await press('[data-testid=with-fallback] button');
    expect(chosenFallback()).toEqual({ fallback: '/no-picture.svg' });
    await press('[data-testid=with-fallback] button');
    expect(chosenFallback()).toEqual({});
  });

  it('closes with Escape', () => {
    let closed = 0;
    panel.componentInstance.closed.subscribe(() => closed++);
    element().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(closed).toBe(1);
  });

  it('is offered by the demonstration only', () => {
    const demonstration = TestBed.inject(Demonstration);
    demonstration.ask();
    server.expectOne('/api/demonstration/faults').flush(null, { status: 404, statusText: 'Not Found' });
    expect(demonstration.offered()).toBeFalse();
    demonstration.ask();
    server.expectOne('/api/demonstration/faults').flush({ faults: ['500'] });
    expect(demonstration.offered()).toBeTrue();
  });
});
