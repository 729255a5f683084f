import { HttpClient } from '@angular/common/http';
import { computed, inject, Service, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { problemOf, type Problem } from '../api/problem.ts';
import { TEAM_PREFIX, type Resource, type ResourcePage } from '../api/resource.ts';

const PAGE_SIZE = 50;

/** The photos of the team page, page by page. */
@Service({ autoProvided: false })
export class TeamPhotos {
  readonly #http = inject(HttpClient);
  readonly #photos = signal<readonly Resource[]>([]);
  readonly #cursor = signal<string | null>(null);
  readonly #loading = signal(false);
  readonly #loaded = signal(false);
  readonly #total = signal(0);
  readonly #problem = signal<Problem | undefined>(undefined);

  readonly photos = this.#photos.asReadonly();
  /** How many there are on the server, those not loaded yet included. */
  readonly total = this.#total.asReadonly();
  readonly loading = this.#loading.asReadonly();
  /** Whether a first page has arrived. */
  readonly loaded = this.#loaded.asReadonly();
  /** Why the last page did not arrive. */
  readonly problem = this.#problem.asReadonly();
  readonly hasMore = computed(() => this.#cursor() !== null);

  /** Loads the first page, or the next one. A page that fails leaves what is there. */
  async load(): Promise<void> {
    if (this.#loading()) return;
    this.#loading.set(true);
    this.#problem.set(undefined);
    try {
      const cursor = this.#cursor();
      const page = await firstValueFrom(
        this.#http.get<ResourcePage>(`${API}/resources`, {
          params: { prefix: TEAM_PREFIX, limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) },
        }),
      );
      this.#append(page.items);
      this.#cursor.set(page.nextCursor);
      this.#total.set(page.total);
      this.#loaded.set(true);
    } catch (error) {
      this.#problem.set(problemOf(error));
    } finally {
      this.#loading.set(false);
    }
  }

  /** Puts a photo that was just uploaded in front. */
  add(photo: Resource): void {
    this.#photos.update((photos) => [photo, ...photos]);
    this.#total.update((total) => total + 1);
  }

  /** @returns the loaded photos of one owner */
  of(ownerId: string): readonly Resource[] {
    return this.#photos().filter(({ owner }) => owner === ownerId);
  }

  // A photo uploaded meanwhile may come again with a later page.
  #append(items: readonly Resource[]): void {
    this.#photos.update((photos) => {
      const known = new Set(photos.map(({ path }) => path));
      return [...photos, ...items.filter(({ path }) => !known.has(path))];
    });
  }
}
