import type { ComponentType } from '@angular/cdk/portal';
import {
  afterRenderEffect,
  Component,
  computed,
  ElementRef,
  inject,
  signal,
  untracked,
  viewChild,
  viewChildren,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { ResourceUrlService } from '@countersign/angular';
import {
  bySize,
  injectResourceUploads,
  presignedPost,
  ResourceDropZone,
  type RefusedFile,
} from '@countersign/angular/upload';
import { resumable } from '@countersign/angular/upload/tus';
import { merge } from 'rxjs';
import { LoadProblem } from '../api/load-problem.ts';
import type { Resource } from '../api/wire-types.ts';
import { Icon } from '../appearance/icon.ts';
import { PageResources } from '../faults/page-resources.ts';
import { SignLog } from '../faults/sign-log.ts';
import { Session } from '../session/session.ts';
import { UploadBoard } from '../upload/upload-board.ts';
import { FileDrop } from '../upload/file-drop.ts';
import { UploadList } from '../upload/upload-list.ts';
import { AssignDialog } from './assign-dialog.ts';
import { DeleteDialog } from './delete-dialog.ts';
import { DocumentChanges } from './document-changes.ts';
import { DocumentFilters } from './document-filters.ts';
import { DocumentList } from './document-list.ts';
import { DocumentPreview } from './document-preview.ts';
import { documentRef } from './document-ref.ts';
import { usualQuery } from './document-query.ts';
import { DocumentRow } from './document-row.ts';
import { SortHeader } from './sort-header.ts';
import { VersionsDialog } from './versions-dialog.ts';

/** The documents of whoever is signed in: to add, find, describe, look at and delete. Administrators see everybody's. */
@Component({
  selector: 'app-documents-page',
  imports: [
    DocumentFilters,
    DocumentRow,
    FileDrop,
    Icon,
    LoadProblem,
    MatButton,
    ResourceDropZone,
    SortHeader,
    UploadList,
  ],
  providers: [DocumentList, UploadBoard],
  templateUrl: './documents-page.html',
  styleUrl: './documents-page.scss',
})
export class DocumentsPage {
  readonly #dialog = inject(MatDialog);
  readonly #changes = inject(DocumentChanges);
  readonly #urls = inject(ResourceUrlService);
  private readonly rows = viewChildren(DocumentRow);
  private readonly newsLine = viewChild.required<ElementRef<HTMLElement>>('newsLine');
  /** Where the keyboard was when a dialog opened: the document, and its place in the table. */
  #left: { readonly id: string; readonly place: number } | undefined;
  protected readonly session = inject(Session);
  protected readonly list = inject(DocumentList);
  /** Sign requests since this page was entered. */
  protected readonly requests = inject(SignLog).sinceNow();
  protected readonly uploads = injectResourceUploads({
    // Small files straight to the store; large ones go on where they were, also after a reload.
    transport: bySize(presignedPost(), resumable({ who: () => this.session.person()?.id })),
    filmPosters: true,
  });
  /** What the server does with what was sent. */
  protected readonly board = inject(UploadBoard);
  protected readonly refused = signal<readonly RefusedFile[]>([]);
  /** What was done last, for people who do not see the list change. */
  protected readonly news = signal('');
  protected readonly counted = computed(() => this.list.items().length);
  /** Documents of several people may be listed. */
  protected readonly ownerColumn = computed(
    () => this.session.administrator() || this.list.items().some((document) => !this.isMine(document)),
  );

  constructor() {
    inject(PageResources).follow(() =>
      this.list.items().flatMap((item) => (item.status === 'completed' ? [documentRef(item)] : [])),
    );
    this.board.follow(computed(() => this.uploads.progress().busy));
    const { completed, illustrated } = this.uploads;
    merge(completed, illustrated)
      .pipe(takeUntilDestroyed())
      .subscribe(() => this.list.reload());
    afterRenderEffect(() => {
      const rows = this.rows();
      untracked(() => this.#goOnBeside(rows));
    });
  }

  protected send(files: readonly File[]): void {
    this.refused.set([]);
    this.uploads.add(files, { kind: 'document' });
  }

  protected showAll(): void {
    this.list.change(usualQuery);
  }

  /** The buttons stay reachable when there is nowhere to go, so that the keyboard does not lose them. */
  protected turn(way: 'previous' | 'next'): void {
    const there = way === 'next' ? this.list.hasNext() : this.list.hasPrevious();
    if (there && !this.list.loading()) this.list[way]();
  }

  protected isMine({ owner }: Resource): boolean {
    return owner === this.session.person()?.id;
  }

  protected mayChange(document: Resource): boolean {
    return this.session.administrator() || this.isMine(document);
  }

  protected look(document: Resource): void {
    this.#dialog.open(DocumentPreview, { data: document, maxWidth: '92vw', autoFocus: 'dialog' });
  }

  protected assign(document: Resource): void {
    this.#changeIn(AssignDialog, document, 'has moved, and its old URLs are dead.');
  }

  protected showVersions(document: Resource): void {
    this.#changeIn(VersionsDialog, document, 'has other bytes now, and its old URLs are dead.');
  }

  protected delete(document: Resource): void {
    const dialog = this.#dialog.open<DeleteDialog, Resource, boolean>(DeleteDialog, {
      ...{ data: document, maxWidth: '32rem', restoreFocus: this.#leave(document) },
    });
    dialog.afterClosed().subscribe(async (confirmed) => {
      if (!confirmed) return;
      const problem = await this.#changes.delete(document.id);
      if (problem) {
        this.news.set(`${document.displayName} is still there: ${problem.title}. ${problem.detail}`);
        return;
      }
      this.news.set(`${document.displayName} is deleted, and no URL to it works any more.`);
      this.list.remove(document);
    });
  }

  /** Lists anew when a dialog says that it has changed the document. */
  #changeIn(dialog: ComponentType<unknown>, document: Resource, news: string): void {
    const open = this.#dialog.open<unknown, Resource, boolean>(dialog, {
      ...{ data: document, maxWidth: '36rem', restoreFocus: this.#leave(document) },
    });
    open.afterClosed().subscribe((changed) => {
      if (!changed) return;
      // The URL that this page may have does not open other bytes.
      this.#urls.invalidate(documentRef(document));
      this.news.set(`${document.displayName} ${news}`);
      this.list.reload();
    });
  }

  /** @returns where the keyboard goes on when the dialog closes: the menu's item, which opened it, is gone by then */
  #leave({ id }: Resource): HTMLElement | boolean {
    const place = this.rows().findIndex((row) => row.document().id === id);
    this.#left = { id, place };
    return this.rows()[place]?.menuButton() ?? true;
  }

  /** A row that goes takes the focus along: it goes on at the next one, or at what is said of it. */
  #goOnBeside(rows: readonly DocumentRow[]): void {
    const left = this.#left;
    if (!left || rows.some((row) => row.document().id === left.id)) return;
    this.#left = undefined;
    if (document.activeElement !== document.body) return;
    const next = rows[Math.min(left.place, rows.length - 1)]?.menuButton();
    (next ?? this.newsLine().nativeElement).focus();
  }
}
