import { Clipboard } from '@angular/cdk/clipboard';
import { DatePipe } from '@angular/common';
import { Component, computed, DOCUMENT, inject, input, linkedSignal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from '../appearance/icon.ts';
import { curlCommand, shortened, signedUrlParts } from './url-parts.ts';

/** A photo's URL taken apart, with ways to try it outside this page. */
@Component({
  selector: 'app-url-anatomy',
  imports: [DatePipe, Icon, MatButton],
  templateUrl: './url-anatomy.html',
  styleUrl: './url-anatomy.scss',
})
export class UrlAnatomy {
  readonly #clipboard = inject(Clipboard);
  readonly #base = inject(DOCUMENT).baseURI;

  readonly url = input.required<string>();
  readonly ownerName = input.required<string>();
  /** Whether the server is known to refuse it. */
  readonly dead = input(false);

  protected readonly parts = computed(() => signedUrlParts(this.url(), this.#base));
  protected readonly expiresAt = computed(() => Number(this.parts()?.exp) * 1000);
  protected readonly shortened = shortened;
  /** What copying came to; forgotten when the URL changes. */
  protected readonly copied = linkedSignal({ source: this.url, computation: () => '' });

  protected copyCurl(): void {
    const absolute = new URL(this.url(), this.#base).href;
    this.copied.set(this.#clipboard.copy(curlCommand(absolute)) ? 'Copied' : 'Copying is not allowed here');
  }
}
