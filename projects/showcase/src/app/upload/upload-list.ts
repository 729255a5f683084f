import { DatePipe, DOCUMENT, PercentPipe } from '@angular/common';
import {
  afterNextRender,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  input,
  model,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatProgressBar } from '@angular/material/progress-bar';
import type {
  RefusedFile,
  ResourceUpload,
  ResourceUploads,
  UploadNews,
  UploadNewsState,
  UploadStatus,
} from '@countersign/angular/upload';
import type { IconName } from '../appearance/icon-shapes.ts';
import { Icon } from '../appearance/icon.ts';
import { DocumentThumbnail } from '../documents/document-thumbnail.ts';
import { previewOf } from '../documents/document-ref.ts';
import { FileSize } from '../trail/file-size.ts';
import { refusalWords } from './refusal-words.ts';

/** What one may do next about a file. */
interface Step {
  readonly does: 'pause' | 'resume' | 'retry';
  readonly icon: IconName;
  readonly label: (name: string) => string;
}

const pause: Step = { does: 'pause', icon: 'pause', label: (name) => `Pause ${name}` };
const again: Step = { does: 'retry', icon: 'retry', label: (name) => `Send ${name} again` };

const steps: Readonly<Partial<Record<UploadStatus, Step>>> = {
  queued: pause,
  uploading: pause,
  waiting: { ...again, label: (name) => `Send ${name} now` },
  paused: { does: 'resume', icon: 'resume', label: (name) => `Resume ${name}` },
  failed: again,
  cancelled: again,
};

const icons: Readonly<Partial<Record<UploadStatus, IconName>>> = {
  waiting: 'alert',
  paused: 'pause',
  completed: 'check',
  failed: 'alert',
};

/** What the server does with a file of which all has been sent. */
const processingWords: Readonly<Partial<Record<UploadNewsState, string>>> = {
  examining: 'It has arrived; the server looks what it is, and for viruses',
  completed: 'Examined, and found good',
  quarantined: 'In quarantine',
  failed: 'Found to be something else than announced',
};

const ended: readonly UploadStatus[] = ['completed', 'failed', 'cancelled'];

/** How each upload goes, what one can do about it, and in words why one was refused. */
@Component({
  selector: 'app-upload-list',
  imports: [
    DatePipe,
    DocumentThumbnail,
    FileSize,
    Icon,
    MatButton,
    MatIconButton,
    MatProgressBar,
    PercentPipe,
  ],
  templateUrl: './upload-list.html',
  styleUrl: './upload-list.scss',
  host: { '(click)': 'keepFocus()' },
})
export class UploadList {
  readonly #injector = inject(Injector);
  readonly #document = inject(DOCUMENT);
  private readonly title = viewChild<ElementRef<HTMLElement>>('title');

  readonly uploads = input.required<ResourceUploads>();
  /** What came along with the last files and was not taken. */
  readonly refused = model<readonly RefusedFile[]>([]);
  /** What the server says of uploads, by the id of the resource. */
  readonly news = input<ReadonlyMap<string, UploadNews>>(new Map());
  /** Shows small pictures of the pictures that have arrived. */
  readonly pictures = input(false);
  /** What is said of a file that has arrived. */
  readonly doneWords = input('Stored and on the page');

  protected readonly items = computed(() => this.uploads().items());
  protected readonly progress = computed(() => this.uploads().progress());
  protected readonly unfinished = computed(() => this.items().filter((upload) => !this.ended(upload)).length);
  /** Uploads whose small picture is on the page. */
  protected readonly hasPicture = signal<ReadonlySet<ResourceUpload>>(new Set());
  protected readonly steps = steps;
  protected readonly icons = icons;
  protected readonly refusalWords = refusalWords;

  protected ended(upload: ResourceUpload): boolean {
    return ended.includes(upload.state().status);
  }

  protected processing(id: string | undefined): string {
    const news = id === undefined ? undefined : this.news().get(id);
    if (news?.state === 'uploading' && news.received === news.size)
      return 'All of it has arrived at the server';
    return processingWords[news?.state ?? 'uploading'] ?? 'Sent; the server has the last of it soon';
  }

  protected isPicture(contentType: string): boolean {
    return this.pictures() && previewOf(contentType) === 'picture';
  }

  protected pictured(upload: ResourceUpload): void {
    this.hasPicture.update((before) => new Set(before).add(upload));
  }

  protected end(upload: ResourceUpload): void {
    if (this.ended(upload)) this.uploads().remove(upload);
    else upload.cancel();
  }

  protected dismiss(file: RefusedFile): void {
    this.refused.update((files) => files.filter((each) => each !== file));
  }

  /** The button that was pressed may be gone: the keyboard then goes on at the top of the list. */
  protected keepFocus(): void {
    afterNextRender(
      () => {
        if (this.#document.activeElement === this.#document.body) this.title()?.nativeElement.focus();
      },
      { injector: this.#injector },
    );
  }
}
