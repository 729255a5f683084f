import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { Component } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { provideResourceUrls } from '@countersign/angular';
import { App } from './app.ts';
import { DELIVERY_MODE } from './mode/delivery-mode.ts';

let pages = 0;

@Component({ template: 'a page' })
class Page {
  readonly number = ++pages;
}

const people = [
  { id: 'ada', name: 'Ada', role: 'tenantMember' },
  { id: 'admin', name: 'Admin', role: 'tenantAdmin' },
];

describe('the application', () => {
  let fixture: ComponentFixture<App>;
  let server: HttpTestingController;

  beforeEach(async () => {
    sessionStorage.clear();
    localStorage.clear();
    pages = 0;
    TestBed.configureTestingModule({
      providers: [
        provideRouter([
          { path: '', component: Page },
          { path: 'other', component: Page },
        ]),
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
        { provide: DELIVERY_MODE, useValue: 'production' },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(App);
    await TestBed.inject(Router).navigateByUrl('/');
  });

  afterEach(() => {
    document.documentElement.style.colorScheme = '';
    localStorage.clear();
  });

  async function settled(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await fixture.whenStable();
  }

  const element = () => fixture.nativeElement as HTMLElement;

  async function signIn(): Promise<void> {
    server.expectOne('/api/session').flush({ people });
    await settled();
    server.expectOne('/api/session').flush({ token: 'a token' });
    await settled();
  }

  it('shows no page before somebody is signed in', async () => {
    await settled();
    expect(pages).toBe(0);
    await signIn();
    expect(pages).toBe(1);
    expect(element().querySelector<HTMLElement>('[data-testid=person-menu]')?.dataset['person']).toBe('ada');
  });

  it('gives another person a page of their own', async () => {
    await signIn();
    element().querySelector<HTMLElement>('[data-testid=person-menu]')?.click();
    await settled();
    document.querySelector<HTMLElement>('[data-testid=person-admin]')?.click();
    await settled();
    server.expectOne('/api/session').flush({ token: 'another token' });
    await settled();
    expect(pages).toBe(2);
  });

  it('says why signing in did not work, and tries again', async () => {
    server.expectOne('/api/session').error(new ProgressEvent('error'), { status: 0 });
    await settled();
    const problem = element().querySelector('[role=alert]');
    expect(problem?.textContent).toContain('The server does not answer');
    problem?.querySelector('button')?.click();
    await signIn();
    expect(pages).toBe(1);
  });

  it('turns the light on and off', async () => {
    await signIn();
    const toggle = element().querySelector<HTMLElement>('[data-testid=scheme-toggle]');
    const offered = toggle?.getAttribute('aria-label');
    toggle?.click();
    await settled();
    const chosen = offered === 'Use dark colours' ? 'dark' : 'light';
    expect(document.documentElement.style.colorScheme).toBe(chosen);
    expect(toggle?.getAttribute('aria-label')).not.toBe(offered);
    expect(localStorage.getItem('countersign.scheme')).toBe(chosen);
  });

  it('offers the fault panel where the server has faults to offer, and gives the focus back', async () => {
    await signIn();
    expect(element().querySelector('[data-testid=fault-toggle]')).toBeNull();
    server.expectOne('/api/demonstration/faults').flush({ faults: ['500'] });
    await settled();
    const toggle = element().querySelector<HTMLElement>('[data-testid=fault-toggle]');
    document.body.append(element());
    toggle?.click();
    await settled();
    expect(document.activeElement?.textContent).toBe('Fault panel');
    element().querySelector<HTMLElement>('[aria-label="Close the fault panel"]')?.click();
    await settled();
    expect(document.activeElement).toBe(toggle);
    expect(element().querySelector('[data-testid=fault-panel]')).toBeNull();
  });

  it('links to every page, keeps the mode, and takes the focus to the page that was chosen', async () => {
    await signIn();
    const links = [...element().querySelectorAll<HTMLAnchorElement>('nav a')];
    expect(links.map(({ textContent }) => textContent)).toEqual([
      'Team',
      'Gallery',
      'Documents',
      'Video',
      'Upload',
    ]);
    await TestBed.inject(Router).navigateByUrl('/other?mode=development');
    await settled();
    expect(document.activeElement?.tagName).toBe('MAIN');
    expect(links[1]?.getAttribute('href')).toBe('/gallery?mode=development');
  });

  it('leaves the focus where it is while a page writes its filters into the address', async () => {
    await signIn();
    const [link] = element().querySelectorAll<HTMLAnchorElement>('nav a');
    link?.focus();
    await TestBed.inject(Router).navigateByUrl('/?search=c');
    await TestBed.inject(Router).navigateByUrl('/?search=co#list');
    await settled();
    expect(document.activeElement).toBe(link ?? null);
  });
});

describe('the application whose first page has not come yet', () => {
  it('takes the focus to the page that was chosen meanwhile', async () => {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([
          { path: '', component: Page, canActivate: [() => new Promise<boolean>(() => undefined)] },
          { path: 'other', component: Page },
        ]),
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
        { provide: DELIVERY_MODE, useValue: 'production' },
      ],
    });
    const fixture = TestBed.createComponent(App);
    const router = TestBed.inject(Router);
    void router.navigateByUrl('/');
    await router.navigateByUrl('/other');
    await fixture.whenStable();
    expect(document.activeElement?.tagName).toBe('MAIN');
  });
});
