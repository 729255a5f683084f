import { NgTemplateOutlet } from '@angular/common';
import { afterNextRender, Component, computed, inject, Injector, signal, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import {
  injectResourceUploads,
  ResourceDropZone,
  type RefusedFile,
  type UploadedResource,
} from '@countersign/angular/upload';
import type { Owner } from '../api/owner.ts';
import { teamPhotoName } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { PageResources } from '../faults/page-resources.ts';
import { ModeCallout } from '../mode/mode-callout.ts';
import { KeyChanges } from '../owners/key-changes.ts';
import { OwnerKeys } from '../owners/owner-keys.ts';
import { OwnerList } from '../owners/owner-list.ts';
import { ReceiptCard } from '../owners/receipt-card.ts';
import { Session } from '../session/session.ts';
import { PhotoPanel } from '../trail/photo-panel.ts';
import { FileDrop } from '../upload/file-drop.ts';
import { PICTURE_TYPES } from '../upload/picture-types.ts';
import { UploadList } from '../upload/upload-list.ts';
import { PhotoGrid } from './photo-grid.ts';
import { PhotoSelection } from './photo-selection.ts';
import { ShownPhotos } from './shown-photos.ts';
import { TeamPhotos } from './team-photos.ts';

/** The team: everybody's photo, who uploaded it, and what became of its URL. */
@Component({
  selector: 'app-team-page',
  imports: [
    FileDrop,
    Icon,
    MatButton,
    ModeCallout,
    NgTemplateOutlet,
    OwnerList,
    PhotoGrid,
    PhotoPanel,
    ReceiptCard,
    ResourceDropZone,
    UploadList,
  ],
  providers: [KeyChanges, OwnerKeys, PhotoSelection, ShownPhotos, TeamPhotos],
  templateUrl: './team-page.html',
  styleUrl: './team-page.scss',
})
export class TeamPage {
  readonly #injector = inject(Injector);
  private readonly grid = viewChild.required(PhotoGrid);
  private readonly panel = viewChild(PhotoPanel);
  private readonly receipt = viewChild(ReceiptCard);

  protected readonly session = inject(Session);
  protected readonly team = inject(TeamPhotos);
  protected readonly keys = inject(OwnerKeys);
  protected readonly keyChanges = inject(KeyChanges);
  protected readonly selection = inject(PhotoSelection);
  protected readonly uploads = injectResourceUploads({ accept: PICTURE_TYPES });
  protected readonly refused = signal<readonly RefusedFile[]>([]);
  protected readonly pictureTypes = PICTURE_TYPES;

  protected readonly revokedNames = computed(() =>
    this.keys
      .owners()
      .filter(({ status, resources }) => status === 'revoked' && resources > 0)
      .map(({ name }) => name),
  );
  protected readonly people = computed(() => new Set(this.team.photos().map(({ owner }) => owner)).size);

  constructor() {
    inject(PageResources).follow(() =>
      this.team.photos().map(({ path }) => ({ kind: 'teamPhoto', name: teamPhotoName(path) })),
    );
    this.uploads.completed.pipe(takeUntilDestroyed()).subscribe(({ state }) => {
      const upload = state();
      if (upload.status === 'completed') void this.#stored(upload.resource);
    });
    void this.team.load();
    if (this.session.administrator()) void this.keys.load();
  }

  protected async revoke(owner: Owner): Promise<void> {
    await this.keyChanges.revoke(owner);
    const [first] = this.team.of(owner.id);
    this.#afterRender(() => {
      this.receipt()?.focus();
      if (first && this.selection.wide() && this.#refused()) this.grid().reveal(first.path);
    });
  }

  protected async reinstate(owner: Owner): Promise<void> {
    await this.keyChanges.reinstate(owner);
    this.#afterRender(() => this.receipt()?.focus());
  }

  protected enterPanel(): void {
    this.#afterRender(() => this.panel()?.focus());
  }

  /** Back to the card; the panel stays, since that card is still the one touched last. */
  protected leavePanel(): void {
    this.grid().focus(this.selection.photo()?.path ?? '');
  }

  protected closePanel(): void {
    this.leavePanel();
    this.selection.close();
  }

  protected upload(files: readonly File[]): void {
    this.refused.set([]);
    this.uploads.add(files, { kind: 'teamPhoto' });
  }

  async #stored(uploaded: UploadedResource): Promise<void> {
    const photo = { ...uploaded, createdAt: uploaded.createdAt.toISOString() };
    this.team.add(photo);
    this.selection.glance(photo);
    if (this.session.administrator()) await this.keys.load();
  }

  /** Whether the last change made photos disappear, so that there is something to see. */
  #refused(): boolean {
    return (this.keyChanges.last()?.recheck?.refused ?? 0) > 0;
  }

  #afterRender(action: () => void): void {
    afterNextRender(action, { injector: this.#injector });
  }
}
