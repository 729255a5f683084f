import { Component, computed, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { ResourceRef } from './core/resource-ref.ts';
import { ResourceSrc } from './resource-src.ts';
import { next, PICTURE, signAs } from './testing/real-pictures.ts';
import { production } from './testing/signing-backend.ts';

@Component({
  imports: [ResourceSrc],
  template: `<img [resourceSrc]="ref()" [title]="turn()" alt="" />`,
})
class Photo {
  readonly name = signal('a.jpg');
  readonly turn = signal(0);
  /** A new object every turn, as a careless page makes them. */
  readonly ref = computed((): ResourceRef => ({
    kind: 'teamPhoto',
    name: this.turn() < 0 ? '' : this.name(),
  }));
}

describe('An element with resourceSrc shows its current reference and nothing else', () => {
  function render() {
    const made = production();
    const fixture = TestBed.createComponent(Photo);
    const check = () => fixture.detectChanges();
    check();
    const image = (fixture.nativeElement as HTMLElement).querySelector('img')!;
    return { ...made, fixture, image, check };
  }

  it('removes the old picture at once, and never applies a late answer', async () => {
    const { service, backend, fixture, image, check } = render();
    const [first] = await backend.open();
    fixture.componentInstance.name.set('b.jpg');
    check();
    first!.flush({ ...backend.signed('public/team/a.jpg'), url: '/late.jpg' });
    check();
    expect(image.hasAttribute('src')).toBeFalse();
    await signAs(backend, PICTURE);
    expect(image.getAttribute('src')).toContain('?sig=2');
    fixture.componentInstance.name.set('c.jpg');
    check();
    expect(image.hasAttribute('src')).toBeFalse();
    service.reportBroken({ kind: 'teamPhoto', name: 'b.jpg' });
    await signAs(backend, PICTURE);
    expect(backend.bodies.length).toBe(2);
  });

  it('sets a URL at hand without removing anything first', async () => {
    const { service, backend, fixture, image, check } = render();
    service.getTeamMemberPhotoUrl('b.jpg').subscribe();
    await signAs(backend, PICTURE);
    const remove = spyOn(image, 'removeAttribute').and.callThrough();
    fixture.componentInstance.name.set('b.jpg');
    check();
    expect(image.getAttribute('src')).toContain('?sig=');
    expect(remove.calls.allArgs().flat()).not.toContain('src');
  });

  it('goes on undisturbed when the same reference comes in another object', async () => {
    const { backend, fixture, image, check } = render();
    await signAs(backend, PICTURE);
    await next(image, 'load');
    const set = spyOn(image, 'setAttribute').and.callThrough();
    for (let turn = 1; turn < 5; turn++) {
      fixture.componentInstance.turn.set(turn);
      check();
    }
    expect(set.calls.allArgs().flat()).not.toContain('src');
    expect(await backend.open()).toEqual([]);
  });

  it('asks for nothing more once it is gone', async () => {
    const { service, backend, fixture, image } = render();
    await signAs(backend, PICTURE);
    fixture.destroy();
    image.dispatchEvent(new Event('error'));
    service.refresh({ kind: 'teamPhoto', name: 'a.jpg' });
    const { src } = image;
    await signAs(backend, PICTURE);
    expect(image.src).toBe(src);
    expect(backend.answered).toBe(2);
  });
});
