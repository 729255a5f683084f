import type { SigningPolicy } from './policy.ts';

/** Where the rules come from, and since when they are what they are. */
export interface PolicyState {
  readonly source: 'default' | 'configuration' | 'file';
  /** When these rules began to decide. */
  readonly since: Date;
  /** The file holds something else now that cannot be used: the rules before it go on deciding. */
  readonly broken?: { readonly since: Date; readonly fault: string } | undefined;
}

/** The policy of this moment. Take `current` once for a request, so that all of it is decided by the same rules. */
export interface PolicySource {
  readonly current: SigningPolicy;
  readonly state: PolicyState;
  /** Stops looking for changes. */
  close(): void;
}
