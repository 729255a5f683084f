import { Component, computed, inject, input, viewChild } from '@angular/core';
import { ResourceSrc, ResourceUrlService, type ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { galleryRef } from './gallery-ref.ts';

/** One picture of the gallery, or what stands in its place. */
@Component({
  selector: 'app-gallery-tile',
  imports: [Icon, ResourceSrc],
  template: `
    <img
      #picture="resourceSrc"
      [resourceSrc]="ref()"
      [alt]="photo().displayName"
      width="160"
      height="160"
      decoding="async"
      [hidden]="picture.state() === 'failed'"
    />
    @if (picture.state() === 'failed') {
      <span class="gone" role="img" [attr.aria-label]="photo().displayName + ': ' + why()">
        <app-icon name="alert" />
      </span>
    }
  `,
  styleUrl: './gallery-tile.scss',
  host: { 'data-testid': 'gallery-tile', '[attr.data-state]': 'state().status' },
})
export class GalleryTile {
  readonly #urls = inject(ResourceUrlService);
  private readonly picture = viewChild.required(ResourceSrc);

  readonly photo = input.required<Resource>();

  protected readonly ref = computed<ResourceRef>(() => galleryRef(this.photo()));
  protected readonly state = computed(() => this.#urls.getState(this.ref())());
  /** Whether the picture itself is on screen. */
  readonly shown = computed(() => this.picture().state() === 'ready');
  protected readonly why = computed(() =>
    this.state().error?.code === 'owner-revoked' ? 'its owner’s key is revoked' : 'no URL to be had',
  );
}
