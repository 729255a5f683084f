import { HttpClient } from '@angular/common/http';
import { inject, Service } from '@angular/core';
import { firstValueFrom, type Observable } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { problemOf, type Problem } from '../api/problem.ts';
import type { Collection, CollectionPage, MovedResource } from '../api/wire-types.ts';

/** The collections that documents are in. */
@Service()
export class DocumentCollections {
  readonly #http = inject(HttpClient);

  /** The first two hundred that take documents, by name. */
  async list(): Promise<{ readonly items: readonly Collection[] } | { readonly problem: Problem }> {
    const params = { status: 'active', limit: 200 };
    const page = await answered(this.#http.get<CollectionPage>(`${API}/collections`, { params }));
    return 'problem' in page ? page : { items: page.answer.items };
  }

  async create(name: string): Promise<{ readonly collection: Collection } | { readonly problem: Problem }> {
    const made = await answered(this.#http.post<Collection>(`${API}/collections`, { name }));
    return 'problem' in made ? made : { collection: made.answer };
  }

  /**
   * Moves a document. It gets another path, and every URL to the old one is dead.
   *
   * @param collection id; empty: out of the one it is in
   * @returns why not, if not
   */
  async move(id: string, collection: string): Promise<Problem | undefined> {
    const url = `${API}/resources/${encodeURIComponent(id)}/${collection ? 'assign' : 'unassign'}`;
    const moved = await answered(this.#http.post<MovedResource>(url, collection ? { collection } : {}));
    return 'problem' in moved ? moved.problem : undefined;
  }
}

async function answered<Answer>(
  request: Observable<Answer>,
): Promise<{ readonly answer: Answer } | { readonly problem: Problem }> {
  try {
    return { answer: await firstValueFrom(request) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}
