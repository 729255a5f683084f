import { Component, computed, inject, viewChildren } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { ResourceUrlService, type ResourceStatus } from '@countersign/angular';
import { LoadProblem } from '../api/load-problem.ts';
import { ResourceList } from '../api/resource-list.ts';
import type { Resource } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { PageResources } from '../faults/page-resources.ts';
import { SignLog } from '../faults/sign-log.ts';
import { DELIVERY_MODE } from '../mode/delivery-mode.ts';
import { GALLERY_PREFIX, galleryRef } from './gallery-ref.ts';
import { GalleryTile } from './gallery-tile.ts';

/** Two hundred pictures on one page, and how many sign requests they cost. */
@Component({
  selector: 'app-gallery-page',
  imports: [GalleryTile, Icon, LoadProblem, MatButton],
  providers: [ResourceList],
  templateUrl: './gallery-page.html',
  styleUrl: './gallery-page.scss',
})
export class GalleryPage {
  readonly #urls = inject(ResourceUrlService);
  private readonly tiles = viewChildren(GalleryTile);

  protected readonly mode = inject(DELIVERY_MODE);
  protected readonly list = inject(ResourceList);
  /** Sign requests since this page was entered. */
  protected readonly requests = inject(SignLog).sinceNow();
  protected readonly shown = computed(() => this.tiles().filter((tile) => tile.shown()).length);
  protected readonly failed = computed(() => this.#inState('failed', 'fallback'));

  /** For how many a URL is being asked for. */
  protected readonly waiting = computed(() => this.#inState('loading').length);

  constructor() {
    inject(PageResources).follow(() => this.list.items().map(galleryRef));
    this.load();
  }

  protected load(): void {
    void this.list.load(GALLERY_PREFIX);
  }

  protected askAgain(): void {
    for (const photo of this.failed()) this.#urls.refresh(galleryRef(photo));
  }

  #inState(...states: ResourceStatus[]): Resource[] {
    return this.list
      .items()
      .filter((photo) => states.includes(this.#urls.getState(galleryRef(photo))().status));
  }
}
