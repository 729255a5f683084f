import { AsyncPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { ResourceUrlService } from '@countersign/angular';
import './given.ts';

/** The page of the specification: an image each, straight from the service. */
@Component({
  selector: 'bench-photos',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AsyncPipe],
  template: `
    <button id="again" (click)="turn.set(turn() + 1)">Again ({{ turn() }})</button>
    @for (n of photos; track n) {
      <img [src]="service.getTeamMemberPhotoUrl(n) | async" [title]="turn()" width="48" height="48" alt="" />
    }
  `,
})
export class Photos {
  protected readonly photos = window.given.photos;
  protected readonly service = inject(ResourceUrlService);
  /** Whoever presses the button has every binding of the page looked at again. */
  protected readonly turn = signal(0);
}
