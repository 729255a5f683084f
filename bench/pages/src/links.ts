import { AsyncPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { ResourceUrlService } from '@countersign/angular';
import './given.ts';

/** Links that are kept fresh, images that are there from the start, and images that come later. */
@Component({
  selector: 'bench-links',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AsyncPipe],
  template: `
    <button id="more" (click)="more.set(true)">More</button>
    @for (path of files; track path) {
      <a [href]="service.getUrl(path, kept) | async">{{ path }}</a>
    }
    @for (name of photos; track name) {
      <img class="early" [src]="service.getTeamMemberPhotoUrl(name) | async" alt="" />
    }
    @if (more()) {
      @for (name of photos; track name) {
        <img class="late" [src]="service.getTeamMemberPhotoUrl(name) | async" alt="" />
      }
    }
  `,
})
export class Links {
  protected readonly files = window.given.files;
  protected readonly photos = window.given.photos.slice(0, 5);
  protected readonly service = inject(ResourceUrlService);
  protected readonly kept = { reason: 'link', keepFresh: true };
  protected readonly more = signal(false);
}
