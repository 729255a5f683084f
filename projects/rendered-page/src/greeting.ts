import { HttpClient } from '@angular/common/http';
import { inject, Injectable, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { PAGE_OPTIONS } from './page-options.ts';

/** Stands for what an application asks its own API for before it shows anything. */
@Injectable({ providedIn: 'root' })
export class Greeting {
  readonly #http = inject(HttpClient);
  readonly #url = inject(PAGE_OPTIONS).greeting;
  readonly text = signal('Hello');

  async load(): Promise<void> {
    if (!this.#url) return;
    const { text } = await firstValueFrom(this.#http.post<{ text: string }>(this.#url, {}));
    this.text.set(text);
  }
}
