import { isPlatformBrowser } from '@angular/common';
import { DOCUMENT, inject, Injectable, PLATFORM_ID } from '@angular/core';
import { ɵRESOURCE_URL_SETTINGS } from '@countersign/angular';

/**
 * Tells the browser to connect to the delivery origins while the URLs are still being signed. The links are part of
 * what the server renders, where they help most.
 */
@Injectable({ providedIn: 'root' })
export class DeliveryPreconnect {
  readonly #document = inject(DOCUMENT);
  readonly #browser = isPlatformBrowser(inject(PLATFORM_ID));
  readonly #added = new Set<string>();

  constructor() {
    const settings = inject(ɵRESOURCE_URL_SETTINGS, { optional: true });
    if (!settings?.production) return;
    for (const url of settings.deliveryOrigins) {
      const { origin } = new URL(url);
      if (origin !== this.#document.location.origin) this.#add(origin);
    }
  }

  /** Adds the link for the origin of `url`, an absolute or relative URL, unless it is there. Only in the browser. */
  addFor(url: string): void {
    if (this.#browser) this.#add(new URL(url, this.#document.location.href).origin);
  }

  #add(origin: string): void {
    if (this.#added.has(origin)) return;
    this.#added.add(origin);
    if (this.#links().includes(origin)) return;
    const link = this.#document.createElement('link');
    link.setAttribute('rel', 'preconnect');
    link.setAttribute('href', origin);
    this.#document.head.appendChild(link);
  }

  /** Connections with `crossorigin` are other connections than those that images use. */
  #links(): string[] {
    const links = this.#document.head.querySelectorAll('link[rel~="preconnect"]:not([crossorigin])');
    return [...links].map((link) => link.getAttribute('href')?.replace(/\/+$/, '') ?? '');
  }
}
