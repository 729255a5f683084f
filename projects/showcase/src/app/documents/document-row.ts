import { DatePipe } from '@angular/common';
import { Component, computed, inject, input, viewChild } from '@angular/core';
import { ResourceHref, ResourceUrlService, type ResourceRef } from '@countersign/angular';
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
  imports: [DatePipe, FileSize, Icon, ResourceHref],
  templateUrl: './document-row.html',
  styleUrl: './document-row.scss',
  host: { 'data-testid': 'document', '[attr.data-path]': 'document().path' },
})
export class DocumentRow {
  readonly #urls = inject(ResourceUrlService);
  private readonly link = viewChild.required(ResourceHref);

  readonly document = input.required<Resource>();
  /** Says whose it is, where documents of several people are listed. */
  readonly withOwner = input(false);

  protected readonly type = computed(() => typeName(this.document().contentType));
  protected readonly ref = computed<ResourceRef>(() => documentRef(this.document()));
  protected readonly expiresAt = computed(() => this.#urls.getState(this.ref())().expiresAt);
  protected readonly refusal = computed(
    () => refusals[this.link().error()?.code ?? ''] ?? 'no URL to be had now',
  );
}
