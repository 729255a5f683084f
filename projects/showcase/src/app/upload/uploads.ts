import { HttpClient, HttpEventType, HttpHeaders } from '@angular/common/http';
import { inject, Service, signal } from '@angular/core';
import { lastValueFrom, tap } from 'rxjs';
import { problemOf, type Problem } from '../api/problem.ts';
import type { Resource } from '../api/resource.ts';

/** One file on its way to the server. */
export interface Upload {
  id: number;
  name: string;
  /** 0 to 1. */
  progress: number;
  state: 'waiting' | 'sending' | 'done' | 'refused';
  problem?: Problem;
}

/** Sends photos one after the other and remembers how each one went. */
@Service({ autoProvided: false })
export class Uploads {
  readonly #http = inject(HttpClient);
  readonly #uploads = signal<readonly Upload[]>([]);
  #nextId = 1;
  #turn: Promise<unknown> = Promise.resolve();

  readonly uploads = this.#uploads.asReadonly();

  /** @returns the stored photo; undefined when the server refused it, and then `problem` of the upload says why */
  send(file: File): Promise<Resource | undefined> {
    const id = this.#nextId++;
    this.#uploads.update((uploads) => [...uploads, { id, name: file.name, progress: 0, state: 'waiting' }]);
    const sent = this.#turn.then(() => this.#send(id, file));
    this.#turn = sent;
    return sent;
  }

  dismiss(id: number): void {
    this.#uploads.update((uploads) => uploads.filter((upload) => upload.id !== id));
  }

  async #send(id: number, file: File): Promise<Resource | undefined> {
    this.#change(id, { state: 'sending' });
    try {
      const photo = await this.#post(file, (progress) => this.#change(id, { progress }));
      this.#change(id, { state: 'done', progress: 1 });
      return photo;
    } catch (error) {
      this.#change(id, { state: 'refused', problem: problemOf(error) });
      return undefined;
    }
  }

  async #post(file: File, progressed: (progress: number) => void): Promise<Resource | undefined> {
    const events = this.#http.post<Resource>('/api/resources', file, {
      params: { kind: 'teamPhoto', name: file.name },
      headers: new HttpHeaders({ 'Content-Type': file.type || 'application/octet-stream' }),
      reportProgress: true,
      observe: 'events',
    });
    const last = await lastValueFrom(
      events.pipe(
        tap((event) => {
          if (event.type === HttpEventType.UploadProgress && event.total)
            progressed(event.loaded / event.total);
        }),
      ),
    );
    return last.type === HttpEventType.Response ? (last.body ?? undefined) : undefined;
  }

  #change(id: number, change: Partial<Upload>): void {
    this.#uploads.update((uploads) =>
      uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
    );
  }
}
