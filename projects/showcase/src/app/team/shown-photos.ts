import { Service, signal } from '@angular/core';

/** What asking again for some URLs found. */
export interface Recheck {
  asked: number;
  /** Answered 4xx: the server said no. */
  refused: number;
  /** Answered with the photo. */
  answered: number;
}

/** Which URL each card shows, and which URLs are known to be dead. */
@Service({ autoProvided: false })
export class ShownPhotos {
  readonly #urls = signal<ReadonlyMap<string, string>>(new Map());
  readonly #dead = signal<ReadonlySet<string>>(new Set());

  /** A card shows `url` for the photo `path`. */
  show(path: string, url: string): void {
    this.#urls.update((urls) => new Map(urls).set(path, url));
  }

  /** @returns the URL shown last for this photo, dead or alive */
  urlOf(path: string): string | undefined {
    return this.#urls().get(path);
  }

  /** Whether this page has seen `url` fail. */
  isDead(url: string): boolean {
    return this.#dead().has(url);
  }

  /** @returns false when it was known already */
  markDead(url: string): boolean {
    if (this.#dead().has(url)) return false;
    this.#dead.update((dead) => new Set(dead).add(url));
    return true;
  }

  /** The browser gets another chance with the URL of this photo. */
  revive(path: string): void {
    const url = this.urlOf(path);
    this.#dead.update((dead) => new Set([...dead].filter((known) => known !== url)));
  }

  /** @returns the URLs that the cards of these photos show now */
  urlsOf(paths: readonly string[]): string[] {
    return paths.flatMap((path) => this.urlOf(path) ?? []);
  }

  /**
   * Asks the server again for each of `urls`, past the browser's cache, and marks those dead that it refuses.
   * A server that cannot tell (no answer, 5xx) counts neither way.
   */
  async recheck(urls: readonly string[]): Promise<Recheck> {
    const statuses = await Promise.all(urls.map((url) => statusOf(url)));
    urls.forEach((url, index) => {
      const status = statuses[index] ?? 0;
      if (status >= 400 && status < 500) this.markDead(url);
    });
    return {
      asked: urls.length,
      refused: statuses.filter((status) => status >= 400 && status < 500).length,
      answered: statuses.filter((status) => status >= 200 && status < 300).length,
    };
  }
}

async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { cache: 'no-cache', credentials: 'omit' });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
