import {
  ChangeDetectionStrategy,
  Component,
  createEnvironmentInjector,
  EnvironmentInjector,
  runInInjectionContext,
  signal,
  type Resource,
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ResourceRef } from './core/resource-ref.ts';
import { resourceUrl } from './resource-url.ts';
import { production } from './testing/signing-backend.ts';

const REF = 'public/a.jpg';

describe('resourceUrl', () => {
  function create(config: Parameters<typeof production>[0] = {}, { idle = false } = {}) {
    const made = production(config);
    const ref = signal<ResourceRef | undefined>(idle ? undefined : REF);
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    const resource = runInInjectionContext(injector, () => resourceUrl(ref));
    return { ...made, ref, resource, end: () => injector.destroy() };
  }

  const sees = (resource: Resource<string | undefined>) => ({
    status: resource.status(),
    value: resource.value(),
    error: resource.error(),
    loading: resource.isLoading(),
    has: resource.hasValue(),
  });

  it('is a Resource of Angular: loading, then resolved', async () => {
    const { backend, resource } = create();
    const angular: Resource<string | undefined> = resource;
    expect(sees(angular)).toEqual({
      status: 'loading',
      value: undefined,
      error: undefined,
      loading: true,
      has: false,
    });
    await backend.sign();
    const value = jasmine.stringMatching(/a\.jpg\?sig=1/) as unknown as string;
    expect(sees(angular)).toEqual({ status: 'resolved', value, error: undefined, loading: false, has: true });
    expect(resource.snapshot()).toEqual({ status: 'resolved', value });
    if (resource.hasValue()) resource.value().startsWith('https:');
  });

  it('asks without being read, once the application has run its effects', async () => {
    const { backend } = create();
    TestBed.tick();
    await backend.sign();
    expect(backend.answered).toBe(1);
  });

  it('has a URL at hand at the first reading', async () => {
    const { service, backend, ref, resource } = create({}, { idle: true });
    const ready = service.sign(REF);
    await backend.sign();
    ref.set(REF);
    expect(resource.value()).toBe((await ready).url);
    expect(resource.status()).toBe('resolved');
  });

  it('is idle without a reference, and has nothing to reload', async () => {
    const { backend, resource } = create({}, { idle: true });
    expect(sees(resource)).toEqual({
      status: 'idle',
      value: undefined,
      error: undefined,
      loading: false,
      has: false,
    });
    expect(resource.reload()).toBeFalse();
    expect(await backend.open()).toEqual([]);
  });

  it('keeps the old URL while it reloads', async () => {
    const { backend, resource } = create();
    expect(resource.status()).toBe('loading');
    expect(resource.reload()).toBeFalse();
    await backend.sign();
    const old = resource.value();
    expect(resource.reload()).toBeTrue();
    expect(resource.reload()).toBeFalse();
    expect(sees(resource)).toEqual({
      status: 'reloading',
      value: old,
      error: undefined,
      loading: true,
      has: true,
    });
    await backend.sign();
    expect(resource.value()).toContain('?sig=2');
    resource.reload();
    await backend.refuse(403, 'policy');
    expect(resource.status()).toBe('resolved');
    expect(resource.value()).toContain('?sig=2');
  });

  it('is in error without a URL and a fallback, and its value throws, as in every Resource', async () => {
    const { backend, resource } = create();
    expect(resource.hasValue()).toBeFalse();
    await backend.refuse(403, 'owner-revoked');
    expect(resource.status()).toBe('error');
    expect(resource.error()).toEqual(jasmine.objectContaining({ code: 'owner-revoked' }));
    expect(resource.hasValue()).toBeFalse();
    expect(() => resource.value()).toThrowMatching((thrown) => thrown === resource.error());
    expect(resource.reload()).toBeTrue();
    await backend.sign();
    expect(resource.value()).toContain('?sig=');
  });

  it('is resolved with the fallback, and the service tells why', async () => {
    const { service, backend, resource } = create({ fallback: '/assets/nobody.svg' });
    resource.value();
    await backend.refuse(403, 'owner-revoked');
    expect(sees(resource)).toEqual({
      status: 'resolved',
      value: '/assets/nobody.svg',
      error: undefined,
      loading: false,
      has: true,
    });
    expect(service.getState(REF)().error?.code).toBe('owner-revoked');
  });

  it('leaves one reference for the next, and everything when it is destroyed', async () => {
    const { service, backend, ref, resource, end } = create();
    resource.value();
    const [late] = await backend.open();
    ref.set('public/b.jpg');
    expect(resource.value()).toBeUndefined();
    late!.flush(backend.signed(REF));
    expect(resource.value()).toBeUndefined();
    await backend.sign();
    const { value } = { value: resource.value() };
    expect(value).toContain('/b.jpg?');
    end();
    service.refresh('public/b.jpg');
    await backend.sign();
    expect(resource.value()).toBe(value);
    ref.set('public/c.jpg');
    expect(resource.value()).toBeUndefined();
    expect(await backend.open()).toEqual([]);
  });

  it('takes options, which belong to the identity of the URL', async () => {
    const { service, backend } = production();
    const resource = TestBed.runInInjectionContext(() => resourceUrl(() => REF, { reason: 'print' }));
    expect(resource.status()).toBe('loading');
    await backend.sign();
    expect(backend.bodies).toEqual([{ path: REF, reason: 'print' }]);
    expect(service.getState(REF, { reason: 'print' })().status).toBe('ready');
  });

  it('may be read in templates and computed, where signals cannot be written', async () => {
    const { backend } = production();
    const fixture = TestBed.createComponent(Photo);
    fixture.detectChanges();
    await backend.sign();
    await fixture.whenStable();
    const host = fixture.nativeElement as HTMLElement;
    expect(host.textContent).toContain('resolved');
    expect(host.querySelector('img')!.src).toContain('?sig=1');
    expect(backend.answered).toBe(1);
  });
});

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    {{ photo.status() }}
    @if (photo.hasValue()) {
      <img hidden loading="lazy" [src]="photo.value()" alt="" />
    }
  `,
})
class Photo {
  readonly photo = resourceUrl(() => REF);
}
