import { HttpClient } from '@angular/common/http';
import { inject, Service, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { API } from './api-prefix.ts';
import { problemOf, type Problem } from './problem.ts';
import type { Resource, ResourcePage } from './resource.ts';

/** The most one request lists. */
const LIMIT = 200;

/** Up to 200 resources below one folder, for a page that shows them all. */
@Service({ autoProvided: false })
export class ResourceList {
  readonly #http = inject(HttpClient);
  readonly #items = signal<readonly Resource[]>([]);
  readonly #loaded = signal(false);
  readonly #problem = signal<Problem | undefined>(undefined);

  readonly items = this.#items.asReadonly();
  /** Whether an answer has arrived. */
  readonly loaded = this.#loaded.asReadonly();
  /** Why the last question had no answer. */
  readonly problem = this.#problem.asReadonly();

  /**
   * Replaces the list; one that fails leaves what is there.
   *
   * @param prefix of the paths, e.g. `public/gallery/`
   */
  async load(prefix: string): Promise<void> {
    this.#problem.set(undefined);
    try {
      const page = await firstValueFrom(
        this.#http.get<ResourcePage>(`${API}/resources`, { params: { prefix, limit: LIMIT } }),
      );
      this.#items.set(page.items);
      this.#loaded.set(true);
    } catch (error) {
      this.#problem.set(problemOf(error));
    }
  }
}
