import { computed, signal } from '@angular/core';
import { Subject, Subscription, type Observable } from 'rxjs';
import { checkFile, type FileLimits } from './check-file.ts';
import type { ResourceUpload } from './resource-upload.ts';
import type { ResourceUploads, UploadTarget } from './resource-uploads.ts';
import { UploadItem } from './upload-item.ts';
import type { UploadSource, UploadTransport } from './upload-transport.ts';
import { uploadsProgress } from './uploads-progress.ts';

/** What is done about uploads once they are completed. @returns those about which it was done */
export type Afterwards = (completed: Observable<ResourceUpload>) => Observable<ResourceUpload>;

/** Starts as many uploads as may be on their way at once, in the order in which they came. */
export class UploadQueue implements ResourceUploads {
  readonly #transport: UploadTransport;
  readonly #concurrency: number;
  readonly #limits: FileLimits;
  readonly #signal = signal<readonly UploadItem[]>([]);
  readonly #completed = new Subject<ResourceUpload>();
  readonly #illustrated = new Subject<ResourceUpload>();
  readonly #illustrating: Subscription | undefined;
  readonly #changes = new Subject<void>();
  /** The items, to be read without anybody becoming dependent on the signal: files may be added in an effect. */
  #list: readonly UploadItem[] = [];
  #starting = false;
  #destroyed = false;

  readonly items = this.#signal.asReadonly();
  readonly progress = computed(() => uploadsProgress(this.#signal().map((item) => item.state())));
  readonly completed = this.#completed.asObservable();
  readonly illustrated = this.#illustrated.asObservable();

  constructor(
    transport: UploadTransport,
    concurrency: number,
    { illustrate, ...limits }: FileLimits & { readonly illustrate?: Afterwards | undefined },
  ) {
    this.#transport = transport;
    this.#concurrency = concurrency;
    this.#limits = limits;
    this.#illustrating = illustrate?.(this.#completed).subscribe((upload) => this.#illustrated.next(upload));
  }

  add(
    files: File | Iterable<File>,
    { kind, name, collection, signal }: UploadTarget,
  ): readonly ResourceUpload[] {
    const ports = {
      open: (source: UploadSource) => this.#transport.open(source),
      check: (file: File) => checkFile(file, this.#limits),
      statusChanged: (item: UploadItem) => this.#statusChanged(item),
    };
    const added = (files instanceof File ? [files] : [...files]).map(
      (file) => new UploadItem({ file, kind, name: name?.(file) ?? file.name, collection }, ports),
    );
    this.#keep([...this.#list, ...added]);
    const begin = (item: UploadItem): void => {
      if (this.#destroyed) item.destroy();
      else if (signal?.aborted) item.cancel();
      else item.enqueue();
    };
    this.#holdBack(() => added.forEach(begin));
    const cancel = (): void => this.#holdBack(() => added.forEach((item) => item.ended || item.cancel()));
    signal?.addEventListener('abort', cancel, { once: true });
    return added;
  }

  pause(): void {
    this.#holdBack(() => this.#list.forEach((item) => item.pause()));
  }

  resume(): void {
    this.#holdBack(() => this.#list.forEach((item) => item.resume()));
  }

  cancel(): void {
    this.#holdBack(() => this.#list.forEach((item) => item.ended || item.cancel()));
  }

  retry(): void {
    this.#holdBack(() => this.#list.forEach((item) => item.current.status === 'failed' && item.retry()));
  }

  remove(upload: ResourceUpload): void {
    const gone = this.#list.filter((item) => item === upload);
    for (const item of gone) item.cancel();
    this.#drop(gone);
  }

  clearEnded(): void {
    this.#drop(
      this.#list.filter(({ current: { status } }) => status === 'completed' || status === 'cancelled'),
    );
  }

  settled(): Promise<readonly ResourceUpload[]> {
    return new Promise((resolve) => {
      const subscription = new Subscription();
      const look = (): void => {
        if (!this.#list.every(({ ended }) => ended)) return;
        subscription.unsubscribe();
        resolve(this.#list);
      };
      subscription.add(this.#changes.subscribe(look));
      look();
    });
  }

  /** Stops everything; what a resumable transport has sent so far stays where it is. */
  destroy(): void {
    this.#destroyed = true;
    this.#holdBack(() => this.#list.forEach((item) => item.destroy()));
    this.#illustrating?.unsubscribe();
    this.#completed.complete();
    this.#illustrated.complete();
  }

  #drop(gone: readonly UploadItem[]): void {
    this.#keep(this.#list.filter((item) => !gone.includes(item)));
    for (const item of gone) item.destroy();
    this.#changes.next();
  }

  #keep(list: readonly UploadItem[]): void {
    this.#list = list;
    this.#signal.set(list);
  }

  #statusChanged(item: UploadItem): void {
    if (item.current.status === 'completed') this.#completed.next(item);
    this.#startNext();
    this.#changes.next();
  }

  /** Lets nobody start before everybody has been told. */
  #holdBack(tell: () => void): void {
    this.#starting = true;
    try {
      tell();
    } finally {
      this.#starting = false;
    }
    this.#startNext();
  }

  #startNext(): void {
    // Whoever starts changes its status, and comes back here: those who are next are started by the first call.
    if (this.#starting) return;
    this.#starting = true;
    let next: UploadItem | undefined;
    do {
      const free = this.#list.filter(({ underWay }) => underWay).length < this.#concurrency;
      next = free ? this.#list.find(({ current }) => current.status === 'queued') : undefined;
      next?.start();
    } while (next);
    this.#starting = false;
  }
}
