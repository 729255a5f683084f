import { DatePipe, DOCUMENT } from '@angular/common';
import { Component, computed, inject, input, signal } from '@angular/core';
import { ResourceUrlService, type ResourceRef } from '@countersign/angular';
import type { Resource } from '../api/resource.ts';
import { Icon } from '../appearance/icon.ts';
import { FileSize } from '../trail/file-size.ts';
import { documentRef, typeName } from './document-ref.ts';

const refusals: Readonly<Record<string, string>> = {
  'owner-revoked': 'refused: its owner’s key is revoked',
  'not-allowed': 'refused: not for you',
};

/** One document; its URL is asked for when somebody reaches for the link, and not before. */
@Component({
  selector: 'app-document-row',
  imports: [DatePipe, FileSize, Icon],
  templateUrl: './document-row.html',
  styleUrl: './document-row.scss',
  host: { 'data-testid': 'document', '[attr.data-path]': 'document().path' },
})
export class DocumentRow {
  readonly #urls = inject(ResourceUrlService);
  readonly #window = inject(DOCUMENT).defaultView;

  readonly document = input.required<Resource>();
  /** Says whose it is, where documents of several people are listed. */
  readonly withOwner = input(false);

  protected readonly type = computed(() => typeName(this.document().contentType));
  protected readonly url = signal<string | undefined>(undefined);
  readonly #ref = computed<ResourceRef>(() => documentRef(this.document()));
  protected readonly state = computed(() => this.#urls.getState(this.#ref())());
  protected readonly refusal = computed(() => {
    const { status, error } = this.state();
    return status === 'failed' || status === 'fallback'
      ? (refusals[error?.code ?? ''] ?? 'no URL to be had now')
      : undefined;
  });

  protected async reach(): Promise<void> {
    try {
      this.url.set((await this.#urls.sign(this.#ref())).url);
    } catch {
      this.url.set(undefined);
    }
  }

  /** Without a URL the browser would open this page again; it gets the document as soon as there is one. */
  protected async open(event: Event): Promise<void> {
    if (this.url()) return;
    event.preventDefault();
    await this.reach();
    const url = this.url();
    if (url) this.#window?.open(url, '_blank', 'noopener');
  }
}
