import { HttpClient } from '@angular/common/http';
import { inject, Service, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import type { Owner, PendingReceipt, Receipt, Reinstatement } from '../api/owner.ts';
import { problemOf, type Problem } from '../api/problem.ts';

/** The owners and their keys, as an administrator sees and changes them. */
@Service({ autoProvided: false })
export class OwnerKeys {
  readonly #http = inject(HttpClient);
  readonly #owners = signal<readonly Owner[]>([]);
  readonly #busy = signal<string | undefined>(undefined);
  readonly #problem = signal<Problem | undefined>(undefined);

  readonly owners = this.#owners.asReadonly();
  /** Id of the owner whose key is being changed. */
  readonly busy = this.#busy.asReadonly();
  /** Why the last call did not work. */
  readonly problem = this.#problem.asReadonly();

  async load(): Promise<void> {
    this.#problem.set(undefined);
    try {
      const { items } = await firstValueFrom(this.#http.get<{ items: Owner[] }>(`${API}/owners`));
      this.#owners.set(items);
    } catch (error) {
      this.#problem.set(problemOf(error));
    }
  }

  /** @returns the final receipt; undefined when it did not work, and then `problem` says why */
  revoke(owner: Owner): Promise<Receipt | undefined> {
    return this.#change(owner, async () => {
      let answer = await this.#post<Receipt | PendingReceipt>(owner, 'revoke');
      while ('status' in answer) {
        answer = await firstValueFrom(
          this.#http.get<Receipt | PendingReceipt>(`${API}/receipts/${answer.epoch}`),
        );
      }
      return answer;
    });
  }

  /** @returns which generation of key the owner has now; undefined when it did not work */
  reinstate(owner: Owner): Promise<Reinstatement | undefined> {
    return this.#change(owner, () => this.#post<Reinstatement>(owner, 'reinstate'));
  }

  #post<T>({ id }: Owner, change: 'revoke' | 'reinstate'): Promise<T> {
    return firstValueFrom(this.#http.post<T>(`${API}/owners/${encodeURIComponent(id)}/${change}`, {}));
  }

  async #change<T>(owner: Owner, change: () => Promise<T>): Promise<T | undefined> {
    this.#busy.set(owner.id);
    this.#problem.set(undefined);
    try {
      const answer = await change();
      await this.load();
      return answer;
    } catch (error) {
      this.#problem.set(problemOf(error));
      return undefined;
    } finally {
      this.#busy.set(undefined);
    }
  }
}
