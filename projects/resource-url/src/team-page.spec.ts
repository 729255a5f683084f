import { AsyncPipe } from '@angular/common';
import { Component, inject, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { Observable } from 'rxjs';
import { ResourceUrlService } from './resource-url.service.ts';
import { development, production } from './testing/signing-backend.ts';

const NAMES = Array.from({ length: 200 }, (_, n) => `avatar-${n}.jpg`);

// Hidden and lazy, so that the browser does not fetch pictures that no server has.
@Component({
  imports: [AsyncPipe],
  template: `
    <div hidden [title]="turn()">
      @for (name of names; track name) {
        <img loading="lazy" [src]="photoUrl(name) | async" [class]="state(name)" alt="" />
      }
    </div>
  `,
})
class TeamPage {
  readonly names = NAMES;
  readonly turn = signal(0);
  readonly handedOut = new Set<Observable<string>>();
  calls = 0;
  readonly #urls = inject(ResourceUrlService);

  photoUrl(name: string): Observable<string> {
    const url = this.#urls.getTeamMemberPhotoUrl(name);
    this.calls += 1;
    this.handedOut.add(url);
    return url;
  }

  state(name: string): string {
    return this.#urls.getState({ kind: 'teamPhoto', name })().status;
  }
}

describe('A team page of 200 photos, calling the service from its template', () => {
  async function render() {
    const fixture = TestBed.createComponent(TeamPage);
    const host = fixture.nativeElement as HTMLElement;
    await fixture.whenStable();
    return { fixture, images: () => [...host.querySelectorAll('img')] };
  }

  it('shows direct paths in development', async () => {
    development();
    const { images } = await render();
    expect(images().map((image) => image.getAttribute('src'))).toEqual(
      NAMES.map((name) => `/assets/deployed/images/users/${name}`),
    );
    expect(images().every((image) => image.className === 'ready')).toBeTrue();
  });

  it('shows signed URLs in production, after one request', async () => {
    const { backend } = production();
    const { fixture, images } = await render();
    await backend.sign();
    await fixture.whenStable();
    expect(backend.answered).toBe(1);
    expect(
      images().every((image, n) =>
        image.src.startsWith(`https://cdn.example.com/public/team/${NAMES[n]}?sig=`),
      ),
    ).toBeTrue();
    expect(images().every((image) => image.className === 'ready')).toBeTrue();
  });

  it('never subscribes again, however often change detection runs', async () => {
    const { service, backend } = production();
    const subscribe = spyOn(service.getTeamMemberPhotoUrl(NAMES[7]!), 'subscribe').and.callThrough();
    const { fixture, images } = await render();
    await backend.sign();
    await fixture.whenStable();
    const shown = images().map((image) => image.src);
    const { calls } = fixture.componentInstance;
    for (let n = 0; n < 20; n++) {
      fixture.componentInstance.turn.set(n + 1);
      await fixture.whenStable();
    }
    expect(fixture.componentInstance.calls).toBeGreaterThanOrEqual(calls + 20 * NAMES.length);
    expect(fixture.componentInstance.handedOut.size).toBe(NAMES.length);
    expect(subscribe).toHaveBeenCalledTimes(1);
    expect(images().map((image) => image.src)).toEqual(shown);
    expect(await backend.open()).toEqual([]);
  });

  it('shows everything at once, without a request, when the route is entered again', async () => {
    const { backend } = production();
    const first = await render();
    await backend.sign();
    first.fixture.destroy();
    const fixture = TestBed.createComponent(TeamPage);
    fixture.detectChanges();
    const images = [...(fixture.nativeElement as HTMLElement).querySelectorAll('img')];
    expect(images.every((image) => image.src.includes('?sig='))).toBeTrue();
    expect(await backend.open()).toEqual([]);
  });

  it('replaces only the photo that was reported broken', async () => {
    const { service, backend } = production();
    const { fixture, images } = await render();
    await backend.sign();
    await fixture.whenStable();
    const before = images().map((image) => image.src);
    service.reportBroken({ kind: 'teamPhoto', name: NAMES[3]! });
    await backend.sign();
    await fixture.whenStable();
    const changed = images().flatMap((image, n) => (image.src === before[n] ? [] : [n]));
    expect(changed).toEqual([3]);
    expect(backend.answered).toBe(2);
  });
});
