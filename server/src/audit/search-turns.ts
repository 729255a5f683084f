import { Problem } from '../platform/problem.ts';

/** 503 `searches-busy`: others of this tenant search what takes long, and as many more wait as may. */
export const searchesBusy = (): Problem =>
  new Problem(
    503,
    'searches-busy',
    'Too many searches of the audit are under way',
    'Try again in a moment.',
    {
      'Retry-After': '5',
    },
  );

/** How many there may be. */
export interface SearchTurnsOptions {
  /** At once on this server. Default 4: fewer than there are connections for the work of tenants. */
  most?: number;
  /** At once of one tenant. Default 2. */
  mostOfTenant?: number;
  /** Of one tenant, waiting for their turn. Default 50. */
  mostWaiting?: number;
}

interface Waiting {
  tenantId: string;
  begin: () => void;
}

/**
 * Lets few searches run at once, since a search of a large log may hold its connection for seconds: whoever searches
 * much then waits for themselves, and not everybody for them, who may have a key to revoke.
 */
export class SearchTurns {
  readonly #options: Required<SearchTurnsOptions>;
  /** By tenant. */
  readonly #running = new Map<string, number>();
  #all = 0;
  #waiting: Waiting[] = [];

  constructor(options: SearchTurnsOptions = {}) {
    this.#options = { most: 4, mostOfTenant: 2, mostWaiting: 50, ...options };
  }

  /**
   * @returns what `search` returns
   * @throws searchesBusy, and what `search` throws
   */
  async run<T>(tenantId: string, search: () => Promise<T>): Promise<T> {
    if (this.#mayRun(tenantId)) this.#begin(tenantId);
    else await this.#wait(tenantId);
    try {
      return await search();
    } finally {
      this.#end(tenantId);
    }
  }

  #mayRun(tenantId: string): boolean {
    return this.#all < this.#options.most && this.#runningOf(tenantId) < this.#options.mostOfTenant;
  }

  #wait(tenantId: string): Promise<void> {
    const ahead = this.#waiting.filter((waiting) => waiting.tenantId === tenantId).length;
    if (ahead >= this.#options.mostWaiting) throw searchesBusy();
    return new Promise((resolve) => this.#waiting.push({ tenantId, begin: resolve }));
  }

  #begin(tenantId: string): void {
    this.#all += 1;
    this.#running.set(tenantId, this.#runningOf(tenantId) + 1);
  }

  #end(tenantId: string): void {
    this.#all -= 1;
    const running = this.#runningOf(tenantId) - 1;
    if (running > 0) this.#running.set(tenantId, running);
    else this.#running.delete(tenantId);
    const index = this.#waiting.findIndex((waiting) => this.#mayRun(waiting.tenantId));
    const [next] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!next) return;
    // Before anybody else can ask.
    this.#begin(next.tenantId);
    next.begin();
  }

  #runningOf(tenantId: string): number {
    return this.#running.get(tenantId) ?? 0;
  }
}
