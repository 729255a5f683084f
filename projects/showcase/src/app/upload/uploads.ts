import { HttpClient, HttpEventType, HttpHeaders } from '@angular/common/http';
import { inject, Service, signal } from '@angular/core';
import { Subject, takeUntil } from 'rxjs';
import { problemOf, type Problem } from '../api/problem.ts';
import type { Resource } from '../api/resource.ts';

/** What a file becomes. */
export type UploadKind = 'teamPhoto' | 'document';

/** One file on its way to the server. */
export interface Upload {
  id: number;
  name: string;
  /** 0 to 1. */
  progress: number;
  state: 'waiting' | 'sending' | 'done' | 'refused' | 'cancelled';
  problem?: Problem;
}

interface Sending {
  file: File;
  kind: UploadKind;
  cancelled: Subject<void>;
}

/** Sends files one after the other and remembers how each one went. */
@Service({ autoProvided: false })
export class Uploads {
  readonly #http = inject(HttpClient);
  readonly #uploads = signal<readonly Upload[]>([]);
  readonly #sendings = new Map<number, Sending>();
  readonly #stored = new Subject<Resource>();
  #nextId = 1;
  #turn: Promise<unknown> = Promise.resolve();

  readonly uploads = this.#uploads.asReadonly();
  /** Each file that has become a resource, also one that was sent again. */
  readonly stored = this.#stored.asObservable();

  /**
   * @returns what was stored; undefined when the server refused it, and then `problem` of the upload says why, or when
   *   it was cancelled
   */
  send(file: File, kind: UploadKind = 'teamPhoto'): Promise<Resource | undefined> {
    const id = this.#nextId++;
    this.#sendings.set(id, { file, kind, cancelled: new Subject() });
    this.#uploads.update((uploads) => [...uploads, { id, name: file.name, progress: 0, state: 'waiting' }]);
    return this.#inTurn(id);
  }

  /** Ends an upload that waits or is under way. The server keeps nothing of it. */
  cancel(id: number): void {
    this.#change(id, { state: 'cancelled', progress: 0 });
    this.#sendings.get(id)?.cancelled.next();
  }

  /** Sends a file again that was refused or cancelled. */
  retry(id: number): Promise<Resource | undefined> {
    this.#uploads.update((uploads) =>
      uploads.map((upload) =>
        upload.id === id ? { id, name: upload.name, progress: 0, state: 'waiting' } : upload,
      ),
    );
    return this.#inTurn(id);
  }

  dismiss(id: number): void {
    this.#sendings.delete(id);
    this.#uploads.update((uploads) => uploads.filter((upload) => upload.id !== id));
  }

  #inTurn(id: number): Promise<Resource | undefined> {
    const sent = this.#turn.then(() => this.#send(id));
    this.#turn = sent;
    return sent;
  }

  async #send(id: number): Promise<Resource | undefined> {
    const sending = this.#sendings.get(id);
    if (!sending || this.#stateOf(id) !== 'waiting') return undefined;
    this.#change(id, { state: 'sending' });
    try {
      const stored = await this.#post(sending, (progress) => this.#change(id, { progress }));
      if (!stored) return undefined;
      this.#change(id, { state: 'done', progress: 1 });
      this.#stored.next(stored);
      return stored;
    } catch (error) {
      this.#change(id, { state: 'refused', problem: problemOf(error) });
      return undefined;
    }
  }

  /** @returns undefined when it was cancelled */
  #post({ file, kind, cancelled }: Sending, progressed: (progress: number) => void) {
    const events = this.#http.post<Resource>('/api/resources', file, {
      params: { kind, name: file.name },
      headers: new HttpHeaders({ 'Content-Type': file.type || 'application/octet-stream' }),
      reportProgress: true,
      observe: 'events',
    });
    return new Promise<Resource | undefined>((resolve, reject) => {
      let stored: Resource | undefined;
      events.pipe(takeUntil(cancelled)).subscribe({
        next: (event) => {
          if (event.type === HttpEventType.UploadProgress && event.total)
            progressed(event.loaded / event.total);
          if (event.type === HttpEventType.Response) stored = event.body ?? undefined;
        },
        error: reject,
        complete: () => resolve(stored),
      });
    });
  }

  #stateOf(id: number): Upload['state'] | undefined {
    return this.#uploads().find((upload) => upload.id === id)?.state;
  }

  #change(id: number, change: Partial<Upload>): void {
    this.#uploads.update((uploads) =>
      uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
    );
  }
}
