import { AsyncPipe } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  inject,
  input,
  type Type,
  viewChild,
  ViewContainerRef,
} from '@angular/core';
import { ResourceHref, ResourceSrc, ResourceUrlService } from '@countersign/angular';
import './given.ts';

@Component({
  selector: 'bench-photo',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AsyncPipe],
  template: `
    <img [src]="service.getTeamMemberPhotoUrl(name()) | async" alt="" />
    <span>{{ service.getState({ kind: 'teamPhoto', name: name() })().status }}</span>
  `,
})
class Photo {
  readonly name = input.required<string>();
  protected readonly service = inject(ResourceUrlService);
}

@Component({
  selector: 'bench-directives',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ResourceHref, ResourceSrc],
  template: `
    <img [resourceSrc]="{ kind: 'teamPhoto', name: name() }" alt="" />
    <a [resourceHref]="{ kind: 'teamPhoto', name: name() }">{{ name() }}</a>
  `,
})
class Directives {
  readonly name = input.required<string>();
}

/** Components that come and go as fast as they can: the same resource and other ones, in turn. */
@Component({
  selector: 'bench-cycles',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ng-container #place />`,
})
export class Cycles {
  private readonly place = viewChild.required('place', { read: ViewContainerRef });

  constructor() {
    window.mountAndUnmount = (what, cycles) => this.#run(what === 'directives' ? Directives : Photo, cycles);
  }

  async #run(type: Type<Photo | Directives>, cycles: number): Promise<void> {
    const { photos } = window.given;
    for (let n = 0; n < cycles; n += 1) {
      const place = this.place();
      const photo = place.createComponent(type);
      photo.setInput('name', photos[n % 2 ? n % photos.length : 0]);
      photo.changeDetectorRef.detectChanges();
      // Some go before their URL came, some after.
      if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
      place.clear();
    }
  }
}
