import { Component, computed, inject, input } from '@angular/core';
import { DomSanitizer } from '@angular/platform-browser';
import { resourceUrl, type ResourceRef } from '@countersign/angular';

/** A PDF in the viewer of the browser. */
@Component({
  selector: 'app-pdf-frame',
  template: `
    @if (trusted(); as address) {
      <iframe data-testid="preview" [src]="address" [title]="name()"></iframe>
    }
  `,
  styles: `
    :host {
      display: block;
      width: min(60rem, 80vw);
    }
    iframe {
      width: 100%;
      height: 65vh;
      border: 0;
      border-radius: 10px;
    }
  `,
})
export class PdfFrame {
  readonly #sanitizer = inject(DomSanitizer);
  readonly ref = input.required<ResourceRef>();
  readonly name = input.required<string>();

  protected readonly url = resourceUrl(() => this.ref());
  /** The library gives out addresses that it has checked, and what is delivered there is sandboxed. */
  protected readonly trusted = computed(() =>
    this.url.hasValue() ? this.#sanitizer.bypassSecurityTrustResourceUrl(this.url.value()) : undefined,
  );
}
