import { HttpClient } from '@angular/common/http';
import { computed, inject, Service, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { API } from '../api/api-prefix.ts';
import { problemOf, type Problem } from '../api/problem.ts';
import { isAdministrator, type Person } from './person.ts';
import { rememberedPerson, rememberPerson } from './remembered-person.ts';

const FIRST_VISITOR = 'ada';

/** Who is signed in. The token is held in memory only; what survives a reload is which person was chosen. */
@Service()
export class Session {
  readonly #http = inject(HttpClient);
  readonly #people = signal<readonly Person[]>([]);
  readonly #signedIn = signal<{ person: Person; token: string } | undefined>(undefined);
  readonly #problem = signal<Problem | undefined>(undefined);
  #renewing: Promise<string> | undefined;

  /** Everybody one can sign in as. */
  readonly people = this.#people.asReadonly();
  readonly person = computed(() => this.#signedIn()?.person);
  readonly token = computed(() => this.#signedIn()?.token);
  readonly administrator = computed(() => {
    const person = this.person();
    return person !== undefined && isAdministrator(person);
  });
  /** Why signing in did not work. */
  readonly problem = this.#problem.asReadonly();

  /** Signs in as the person chosen last in this tab, else as the first visitor. */
  async start(): Promise<void> {
    this.#problem.set(undefined);
    try {
      const { people } = await firstValueFrom(this.#http.get<{ people: Person[] }>(`${API}/session`));
      this.#people.set(people);
      const wanted = rememberedPerson() ?? FIRST_VISITOR;
      const person = people.find(({ id }) => id === wanted) ?? people[0];
      if (person) await this.signInAs(person);
    } catch (error) {
      this.#problem.set(problemOf(error));
    }
  }

  /** Signs in; nobody is signed in until the new token is there. `problem` says what went wrong. */
  async signInAs(person: Person): Promise<void> {
    this.#problem.set(undefined);
    this.#signedIn.set(undefined);
    try {
      const token = await this.#tokenFor(person);
      rememberPerson(person.id);
      this.#signedIn.set({ person, token });
    } catch (error) {
      this.#problem.set(problemOf(error));
    }
  }

  /** @returns a fresh token for the same person; concurrent calls share one request */
  renew(): Promise<string> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #renew(): Promise<string> {
    const person = this.person();
    if (!person) throw new Error('Nobody is signed in');
    const token = await this.#tokenFor(person);
    this.#signedIn.set({ person, token });
    return token;
  }

  async #tokenFor(person: Person): Promise<string> {
    const { token } = await firstValueFrom(
      this.#http.post<{ token: string }>(`${API}/session`, { person: person.id }),
    );
    return token;
  }
}
