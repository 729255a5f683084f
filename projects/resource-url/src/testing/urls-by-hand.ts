import { signal } from '@angular/core';
import { Observable, Subject } from 'rxjs';
import type { ResourceState } from '../core/resource-state.ts';

/**
 * Stands in for the service where URLs have to be `blob:` ones, which no signing API may answer with: Karma serves no
 * sound, and a video has to be a real one.
 */
export class UrlsByHand {
  readonly reports: string[] = [];
  subscribers = 0;
  readonly #urls = new Subject<string>();
  readonly #state = signal<ResourceState>({ status: 'loading', expiresAt: undefined, error: undefined });
  readonly #stream = new Observable<string>((subscriber) => {
    this.subscribers += 1;
    const subscription = this.#urls.subscribe(subscriber);
    return () => {
      this.subscribers -= 1;
      subscription.unsubscribe();
    };
  });
  options: unknown;

  getUrl(_ref: unknown, options: unknown): Observable<string> {
    this.options = options;
    return this.#stream;
  }

  getState() {
    return this.#state;
  }

  reportBroken(): void {
    this.reports.push('broken');
    this.#state.set({ status: 'stale', expiresAt: undefined, error: undefined });
  }

  hand(url: string): void {
    this.#state.set({ status: 'ready', expiresAt: undefined, error: undefined });
    this.#urls.next(url);
  }
}

/** A `blob:` URL of a sound, 8000 samples of silence a second. */
export function soundUrl(seconds: number): string {
  const size = seconds * 8_000;
  const view = new DataView(new ArrayBuffer(44 + size));
  const text = (at: number, word: string) =>
    [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + size, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 8_000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, 'data');
  view.setUint32(40, size, true);
  new Uint8Array(view.buffer).fill(128, 44);
  return URL.createObjectURL(new Blob([view.buffer], { type: 'audio/wav' }));
}
