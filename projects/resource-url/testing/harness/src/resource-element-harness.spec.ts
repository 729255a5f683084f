import { TestbedHarnessEnvironment } from '@angular/cdk/testing/testbed';
import { Component, computed, Directive, inject, input, signal, type OnInit } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import { FakeResourceUrls, provideFakeResourceUrls } from '@countersign/angular/testing';
import { ResourceHrefHarness } from './resource-href-harness.ts';
import { ResourceSrcHarness } from './resource-src-harness.ts';

const CLASSES = {
  '[class.resource-loading]': `state().status === 'loading'`,
  '[class.resource-ready]': `state().status === 'ready'`,
  '[class.resource-fallback]': `state().status === 'fallback'`,
  '[class.resource-failed]': `state().status === 'failed'`,
  '[attr.aria-busy]': `state().status === 'loading' || null`,
};

// Stand in for the directives, with the classes, the attribute and the events that harnesses go by.
@Directive({
  selector: 'img[resourceSrc]',
  host: { ...CLASSES, '[attr.src]': 'url()', '(error)': 'report()' },
})
class Src implements OnInit {
  readonly resourceSrc = input.required<ResourceRef>();
  protected readonly url = signal<string | null>(null);
  readonly #urls = inject(ResourceUrlService);
  protected readonly state = computed(() => this.#urls.getState(this.resourceSrc())());

  ngOnInit(): void {
    this.#urls.getUrl(this.resourceSrc()).subscribe((url) => this.url.set(url));
  }

  protected report(): void {
    this.#urls.reportBroken(this.resourceSrc());
  }
}

@Directive({
  selector: 'a[resourceHref]',
  host: { ...CLASSES, '[attr.href]': 'url()', '(pointerdown)': 'sign()', '(focus)': 'sign()', tabindex: '0' },
})
class Href {
  readonly resourceHref = input.required<ResourceRef>();
  protected readonly url = signal<string | null>(null);
  readonly #urls = inject(ResourceUrlService);
  protected readonly state = computed(() => this.#urls.getState(this.resourceHref())());

  protected sign(): void {
    this.#urls.getUrl(this.resourceHref()).subscribe((url) => this.url.set(url));
  }
}

const ADA: ResourceRef = { kind: 'teamPhoto', name: 'ada.jpg' };

@Component({
  imports: [Src, Href],
  template: `
    <img src="data:," alt="No resource" />
    @for (photo of photos; track $index) {
      <img [resourceSrc]="photo" alt="" />
    }
    <a [resourceHref]="contract">Contract</a>
    <a resourceHref="public/terms.pdf">Terms</a>
  `,
})
class Page {
  protected readonly photos: ResourceRef[] = [ADA, { kind: 'teamPhoto', name: 'grace.jpg' }];
  protected readonly contract: ResourceRef = { kind: 'document', userId: 'ada', name: 'My contract.pdf' };
}

describe('Harnesses', () => {
  function rendered(fallback?: string) {
    TestBed.configureTestingModule({
      providers: [provideFakeResourceUrls(fallback === undefined ? {} : { fallback })],
    });
    const fake = TestBed.inject(FakeResourceUrls);
    return { fake, load: () => TestbedHarnessEnvironment.loader(TestBed.createComponent(Page)) };
  }

  it('find pictures by their path, and no picture that is no resource', async () => {
    const { fake, load } = rendered();
    const loader = load();
    expect((await loader.getAllHarnesses(ResourceSrcHarness)).length).toBe(2);
    const ada = await loader.getHarness(ResourceSrcHarness.with({ path: /ada/ }));
    expect(await ada.getPath()).toBe('public/team/ada.jpg');
    expect(await ada.getUrl()).toBe(fake.urlOf(ADA));
    expect([await ada.isLoading(), await ada.hasFailed(), await ada.showsFallback()]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('tell a picture that loads from one that is there', async () => {
    const { fake, load } = rendered();
    fake.hold();
    const [photo] = await load().getAllHarnesses(ResourceSrcHarness);
    expect(await photo!.isLoading()).toBeTrue();
    expect([await photo!.getUrl(), await photo!.getPath()]).toEqual([null, null]);
    fake.release();
    expect(await photo!.isLoading()).toBeFalse();
    expect(await photo!.getPath()).toBe('public/team/ada.jpg');
  });

  it('break a picture as a browser does', async () => {
    const { fake, load } = rendered();
    const loader = load();
    const ada = await loader.getHarness(ResourceSrcHarness.with({ path: 'public/team/ada.jpg' }));
    fake.fail(ADA, 'owner-revoked');
    await ada.reportBroken();
    expect(await ada.hasFailed()).toBeTrue();
    const grace = await loader.getHarness(ResourceSrcHarness.with({ path: 'public/team/grace.jpg' }));
    expect(await grace.hasFailed()).toBeFalse();
  });

  it('tell the fallback from a picture', async () => {
    const { fake, load } = rendered('data:,#assets/nobody.svg');
    fake.fail(ADA, 'owner-revoked');
    const photo = await load().getHarness(ResourceSrcHarness);
    expect(await photo.showsFallback()).toBeTrue();
    expect(await photo.getPath()).toBe('assets/nobody.svg');
  });

  it('follow a link as far as its URL', async () => {
    const { fake, load } = rendered();
    const [contract, terms] = await load().getAllHarnesses(ResourceHrefHarness);
    expect(await contract!.getText()).toBe('Contract');
    expect(await contract!.getUrl()).toBeNull();
    await contract!.pointerDown();
    expect(await contract!.getPath()).toBe('users/ada/documents/My contract.pdf');
    expect(await terms!.getUrl()).toBeNull();
    await terms!.focus();
    expect(await terms!.getPath()).toBe('public/terms.pdf');
    expect(fake.asked.map(({ reason }) => reason)).toContain('user_document');
  });
});
