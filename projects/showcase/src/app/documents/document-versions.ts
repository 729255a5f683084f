import { HttpClient } from '@angular/common/http';
import { inject, Service } from '@angular/core';
import { firstValueFrom, type Observable } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { problemOf, type Problem } from '../api/problem.ts';
import type { Resource, ResourceVersion, ResourceVersions } from '../api/wire-types.ts';

/** The bytes of one document: those that are there, and those that were before. */
@Service()
export class DocumentVersions {
  readonly #http = inject(HttpClient);

  /** Newest first, without what is there now. */
  async list({
    id,
  }: Resource): Promise<{ readonly items: readonly ResourceVersion[] } | { readonly problem: Problem }> {
    try {
      return await firstValueFrom(this.#http.get<ResourceVersions>(`${addressOf(id)}/versions`));
    } catch (error) {
      return { problem: problemOf(error) };
    }
  }

  /** Brings an older version back, unless somebody has changed the document meanwhile. @returns why not, if not */
  restore({ id, revision }: Resource, version: number): Promise<Problem | undefined> {
    const headers = { 'If-Match': `"${revision}"` };
    return problemIn(this.#http.post(`${addressOf(id)}/versions/${version}/restore`, null, { headers }));
  }

  /** Puts a file in the place of what is there, unless somebody was faster. @returns why not, if not */
  replace({ id, revision, contentType }: Resource, file: File): Promise<Problem | undefined> {
    const headers = { 'If-Match': `"${revision}"`, 'Content-Type': file.type || contentType };
    return problemIn(this.#http.put(`${addressOf(id)}/content`, file, { headers }));
  }
}

const addressOf = (id: string): string => `${API}/resources/${encodeURIComponent(id)}`;

async function problemIn(request: Observable<unknown>): Promise<Problem | undefined> {
  try {
    await firstValueFrom(request);
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
