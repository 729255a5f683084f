import { AsyncPipe } from '@angular/common';
import { Component, computed, inject, input, signal } from '@angular/core';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { galleryRef } from './gallery-ref.ts';

/** One picture of the gallery, or what stands in its place. */
@Component({
  selector: 'app-gallery-tile',
  imports: [AsyncPipe, Icon],
  template: `
    @let url = urls.getUrl(ref()) | async;
    @if (state().status === 'failed') {
      <span class="gone" role="img" [attr.aria-label]="photo().displayName + ': ' + why()">
        <app-icon name="alert" />
      </span>
    } @else if (url) {
      <img
        [src]="url"
        [alt]="photo().displayName"
        width="160"
        height="160"
        decoding="async"
        [class.arrived]="arrivedUrl() === url"
        (load)="arrivedUrl.set(url)"
        (error)="urls.reportBroken(ref())"
      />
    }
  `,
  styleUrl: './gallery-tile.scss',
  host: { 'data-testid': 'gallery-tile', '[attr.data-state]': 'state().status' },
})
export class GalleryTile {
  protected readonly urls = inject(ResourceUrlService);

  readonly photo = input.required<Resource>();

  protected readonly ref = computed<ResourceRef>(() => galleryRef(this.photo()));
  protected readonly state = computed(() => this.urls.getState(this.ref())());
  /** The URL whose picture has arrived. */
  protected readonly arrivedUrl = signal('');
  /** Whether the picture is on screen. */
  readonly shown = computed(() => this.arrivedUrl() !== '' && /^(?:ready|stale)$/.test(this.state().status));
  protected readonly why = computed(() =>
    this.state().error?.code === 'owner-revoked' ? 'its owner’s key is revoked' : 'no URL to be had',
  );
}
