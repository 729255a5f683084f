import { NgTemplateOutlet } from '@angular/common';
import { afterNextRender, Component, computed, inject, Injector, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import type { Owner } from '../api/owner.ts';
import { teamPhotoName, type Resource } from '../api/resource.ts';
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
import { UploadButton } from '../upload/upload-button.ts';
import { UploadList } from '../upload/upload-list.ts';
import { Uploads } from '../upload/uploads.ts';
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
    ModeCallout,
    NgTemplateOutlet,
    OwnerList,
    PhotoGrid,
    PhotoPanel,
    ReceiptCard,
    UploadButton,
    UploadList,
  ],
  providers: [KeyChanges, OwnerKeys, PhotoSelection, ShownPhotos, TeamPhotos, Uploads],
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
  protected readonly uploads = inject(Uploads);

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
    this.uploads.stored.pipe(takeUntilDestroyed()).subscribe((photo) => void this.#stored(photo));
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
    for (const file of files) void this.uploads.send(file);
  }

  async #stored(photo: Resource): Promise<void> {
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
