import { AsyncPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import type { ComponentFixture } from '@angular/core/testing';
import { ResourceUrlService } from '../resource-url.service.ts';

export const PHOTO_NAMES: readonly string[] = Array.from({ length: 200 }, (_, n) => `avatar-${n}.jpg`);

/** Two hundred photos. They are hidden and lazy, so that the browser does not fetch pictures that no server has. */
@Component({
  imports: [AsyncPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div hidden [title]="turn()">
      @for (name of names; track name) {
        <img loading="lazy" [src]="urls.getTeamMemberPhotoUrl(name) | async" alt="" />
      }
    </div>
  `,
})
export class PhotoGallery {
  /** To be set when the template is to be checked once more. */
  readonly turn = signal(0);
  protected readonly names = PHOTO_NAMES;
  protected readonly urls = inject(ResourceUrlService);
}

/** What the images show, in order; `null` where there is nothing yet. */
export function shownBy({ nativeElement }: ComponentFixture<unknown>): (string | null)[] {
  return [...(nativeElement as HTMLElement).querySelectorAll('img')].map(
    (image) => image.getAttribute('src') || null,
  );
}
