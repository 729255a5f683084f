import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { inject, Service } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { problemOf, type Problem } from '../api/problem.ts';
import type { Resource, ResourceEdit } from '../api/wire-types.ts';

/** What became of an edit: it is saved, somebody else was faster, or it was refused. */
export type Edited =
  | { readonly is: 'saved'; readonly resource: Resource }
  | { readonly is: 'conflict'; readonly theirs: Resource }
  | { readonly is: 'refused'; readonly problem: Problem };

/** Changes one document on the server. */
@Service()
export class DocumentChanges {
  readonly #http = inject(HttpClient);

  /**
   * Saves what was edited, if nobody else has saved since it was read.
   *
   * @param revision of the document, as it was read
   */
  async edit(id: string, edit: ResourceEdit, revision: number): Promise<Edited> {
    const url = addressOf(id);
    try {
      const headers = { 'If-Match': `"${revision}"` };
      return {
        is: 'saved',
        resource: await firstValueFrom(this.#http.patch<Resource>(url, edit, { headers })),
      };
    } catch (error) {
      if (!(error instanceof HttpErrorResponse) || error.status !== 412) return refused(error);
      try {
        return { is: 'conflict', theirs: await firstValueFrom(this.#http.get<Resource>(url)) };
      } catch (nothing) {
        return refused(nothing);
      }
    }
  }

  /** Deletes a document, and with it every URL to it. @returns why not, if not */
  async delete(id: string): Promise<Problem | undefined> {
    try {
      await firstValueFrom(this.#http.delete(addressOf(id)));
      return undefined;
    } catch (error) {
      return problemOf(error);
    }
  }
}

const addressOf = (id: string): string => `${API}/resources/${encodeURIComponent(id)}`;

const refused = (error: unknown): Edited => ({ is: 'refused', problem: problemOf(error) });
