/** What whoever opens a page gives it, before anything of it runs. */
export interface Given {
  /** File names of team photos. */
  readonly photos: readonly string[];
  /** Paths of other resources, for links. */
  readonly files: readonly string[];
  /** Bearer token of whoever looks at the page. */
  readonly token: string;
}

declare global {
  interface Window {
    given: Given;
    /** Every subscription made so far, by whomever. */
    subscriptions: number;
    /** Only on the page of that name. */
    mountAndUnmount?: (what: 'service' | 'directives', cycles: number) => Promise<void>;
  }
}
