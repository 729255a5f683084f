import { Service, signal } from '@angular/core';

/**
 * What is wrong with a URL: `refused` (the server said no), `broken` (it answers, but with no picture),
 * `unreachable` (no answer, or a server that cannot say).
 */
export type UrlFailure = 'refused' | 'broken' | 'unreachable';

/** What asking again for some URLs found; a server that cannot say counts neither way. */
export interface Recheck {
  asked: number;
  refused: number;
  /** Answered with the photo. */
  answered: number;
}

/** Which URL each card shows, and what is wrong with those that do not load. */
@Service({ autoProvided: false })
export class ShownPhotos {
  readonly #urls = signal<ReadonlyMap<string, string>>(new Map());
  readonly #failures = signal<ReadonlyMap<string, UrlFailure>>(new Map());

  /** A card shows `url` for the photo `path`. */
  show(path: string, url: string): void {
    this.#urls.update((urls) => new Map(urls).set(path, url));
  }

  /** @returns the URL shown last for this photo, dead or alive */
  urlOf(path: string): string | undefined {
    return this.#urls().get(path);
  }

  /** @returns the URLs that the cards of these photos show now */
  urlsOf(paths: readonly string[]): string[] {
    return paths.flatMap((path) => this.urlOf(path) ?? []);
  }

  failureOf(url: string): UrlFailure | undefined {
    return this.#failures().get(url);
  }

  /** Whether the server is known to refuse `url`. */
  isDead(url: string): boolean {
    return this.failureOf(url) === 'refused';
  }

  /** The browser gets another chance with `url`. */
  forgive(url: string): void {
    this.#failures.update((failures) => new Map([...failures].filter(([failed]) => failed !== url)));
  }

  /** Finds out why a picture did not load, and remembers it. */
  async examine(url: string): Promise<UrlFailure> {
    const status = await statusOf(url);
    const failure = status === 200 ? 'broken' : isRefusal(status) ? 'refused' : 'unreachable';
    this.#remember(url, failure);
    return failure;
  }

  /** Asks the server again for each of `urls`, past the browser's cache, and remembers which it refuses. */
  async recheck(urls: readonly string[]): Promise<Recheck> {
    const statuses = await Promise.all(urls.map((url) => statusOf(url)));
    urls.forEach((url, index) => {
      if (isRefusal(statuses[index] ?? 0)) this.#remember(url, 'refused');
    });
    return {
      asked: urls.length,
      refused: statuses.filter(isRefusal).length,
      answered: statuses.filter((status) => status === 200).length,
    };
  }

  #remember(url: string, failure: UrlFailure): void {
    this.#failures.update((failures) => new Map(failures).set(url, failure));
  }
}

const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

/** 200 also stands for "not modified", which the browser answers from its cache; 0 for no answer. */
async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { cache: 'no-cache', credentials: 'omit' });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
