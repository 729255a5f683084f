import { AsyncPipe } from '@angular/common';
import { Component, inject, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls, ResourceUrlService, withSession } from '@countersign/angular';
import { FakeResourceUrls } from './fake-resource-urls.ts';
import { provideFakeResourceUrls } from './provide-fake-resource-urls.ts';

declare module '@countersign/angular' {
  interface ResourceKinds {
    poster: { year: string };
  }
}

const POSTER = {
  development: 'posters/{year}.png',
  production: 'public/posters/{year}.png',
  reason: 'poster',
};

@Component({
  imports: [AsyncPipe],
  template: `
    @if (urls.getTeamMemberPhotoUrl('ada.jpg') | async; as url) {
      <img [src]="url" (load)="seen('load')" (error)="seen('error')" alt="Ada" />
    }
    @if (urls.getUrl('public/tour.mp4') | async; as url) {
      <video [src]="url" (loadedmetadata)="seen('load')" (error)="seen('error')"></video>
    }
  `,
})
class Page {
  protected readonly urls = inject(ResourceUrlService);
  readonly events: string[] = [];
  /** Settles when picture and video have come to something. */
  readonly loaded: Promise<void>;
  #settle: () => void = () => undefined;

  constructor() {
    this.loaded = new Promise((resolve) => (this.#settle = resolve));
  }

  protected seen(event: string): void {
    this.events.push(event);
    if (this.events.length === 2) this.#settle();
  }
}

describe('provideFakeResourceUrls', () => {
  it('shows a component that is stable, without HttpClient or a server', async () => {
    TestBed.configureTestingModule({ providers: [provideFakeResourceUrls()] });
    const fixture = TestBed.createComponent(Page);
    await fixture.whenStable();
    const image = (fixture.nativeElement as HTMLElement).querySelector('img')!;
    expect(image.src).toContain('public/team/ada.jpg');
    expect(image.src).toBe(TestBed.inject(FakeResourceUrls).urlOf({ kind: 'teamPhoto', name: 'ada.jpg' }));
  });

  it('answers with URLs that a browser loads', async () => {
    TestBed.configureTestingModule({ providers: [provideFakeResourceUrls()] });
    const fixture = TestBed.createComponent(Page);
    await fixture.whenStable();
    await fixture.componentInstance.loaded;
    expect(fixture.componentInstance.events).toEqual(['load', 'load']);
  });

  it('makes URLs as a test wants them', async () => {
    const url = ({ path, reason }: { path: string; reason: string }) => `/fake/${path}?for=${reason}`;
    TestBed.configureTestingModule({ providers: [provideFakeResourceUrls({ url })] });
    expect((await TestBed.inject(ResourceUrlService).sign('public/a.jpg')).url).toBe(
      '/fake/public/a.jpg?for=resource',
    );
  });

  it('knows the kinds it is given', async () => {
    TestBed.configureTestingModule({ providers: [provideFakeResourceUrls({ kinds: { poster: POSTER } })] });
    await TestBed.inject(ResourceUrlService).sign({ kind: 'poster', year: '1843' });
    expect(TestBed.inject(FakeResourceUrls).asked).toEqual([
      { path: 'public/posters/1843.png', reason: 'poster', expiryMinutes: undefined },
    ]);
  });

  it('puts features around it', async () => {
    const user = signal('ada');
    TestBed.configureTestingModule({
      providers: [
        provideFakeResourceUrls(
          {},
          withSession(() => user),
        ),
      ],
    });
    const service = TestBed.inject(ResourceUrlService);
    await service.sign('public/a.jpg');
    user.set('grace');
    TestBed.tick();
    await service.sign('public/a.jpg');
    expect(TestBed.inject(FakeResourceUrls).requests.length).toBe(2);
  });

  it("takes the place of the application's own provider", async () => {
    TestBed.configureTestingModule({
      providers: [
        provideResourceUrls({ mode: 'development', api: '/api/resources' }),
        provideFakeResourceUrls(),
      ],
    });
    const { url } = await TestBed.inject(ResourceUrlService).sign('public/a.jpg');
    expect(url).toBe(TestBed.inject(FakeResourceUrls).urlOf('public/a.jpg'));
  });
});
