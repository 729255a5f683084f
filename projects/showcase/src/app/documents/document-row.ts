import { DatePipe } from '@angular/common';
import {
  afterNextRender,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { ResourceHref, ResourceUrlService, type ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/wire-types.ts';
import { Icon } from '../appearance/icon.ts';
import { FileSize } from '../trail/file-size.ts';
import { DocumentEditor } from './document-editor.ts';
import { DocumentThumbnail } from './document-thumbnail.ts';
import { documentRef, posterRef, previewOf, typeName } from './document-ref.ts';
import { statusChoices } from './document-query.ts';

const refusals: Readonly<Record<string, string>> = {
  'owner-revoked': 'refused: its owner’s key is revoked',
  'not-allowed': 'refused: not for you',
};

/**
 * One document: its row of the table, and one below it while it is described. Its URL is asked for when somebody reaches for
 * the link, and not before; a small picture of it when it comes into view.
 */
@Component({
  selector: 'tbody[appDocumentRow]',
  imports: [
    DatePipe,
    DocumentEditor,
    DocumentThumbnail,
    FileSize,
    Icon,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    ResourceHref,
  ],
  templateUrl: './document-row.html',
  styleUrl: './document-row.scss',
  host: { 'data-testid': 'document', '[attr.data-path]': 'document().path' },
})
export class DocumentRow {
  readonly #urls = inject(ResourceUrlService);
  readonly #injector = inject(Injector);
  private readonly link = viewChild(ResourceHref);
  private readonly moreButton = viewChild<string, ElementRef<HTMLElement>>('more', { read: ElementRef });

  readonly document = input.required<Resource>({ alias: 'appDocumentRow' });
  /** Whether whoever is signed in may change it. */
  readonly mayChange = input(false);
  /** Says whose it is, where that is not clear. */
  readonly withOwner = input(false);
  /** The table has a column for that. */
  readonly ownerColumn = input(false);
  readonly changed = output<Resource>();
  readonly previewed = output();
  readonly assigned = output();
  readonly versionsAsked = output();
  readonly deleted = output();

  /** Opens its menu; nothing for whoever may not change it. */
  readonly menuButton = computed(() => this.moreButton()?.nativeElement);
  protected readonly editing = signal(false);
  protected readonly type = computed(() => typeName(this.document().contentType));
  protected readonly preview = computed(() => previewOf(this.document().contentType));
  protected readonly ref = computed<ResourceRef>(() => documentRef(this.document()));
  protected readonly poster = computed(() => posterRef(this.document(), 160));
  /** What is not ready has no URL. */
  protected readonly isReady = computed(() => this.document().status === 'completed');
  protected readonly statusName = computed(
    () => statusChoices.find(({ value }) => value === this.document().status)?.name ?? this.document().status,
  );
  protected readonly expiresAt = computed(() => this.#urls.getState(this.ref())().expiresAt);
  protected readonly refusal = computed(
    () => refusals[this.link()?.error()?.code ?? ''] ?? 'no URL to be had now',
  );

  protected saved(document: Resource): void {
    this.changed.emit(document);
    this.closeEditor();
  }

  /** The keyboard goes on where it opened the editor. */
  protected closeEditor(): void {
    this.editing.set(false);
    afterNextRender(() => this.menuButton()?.focus(), { injector: this.#injector });
  }
}
