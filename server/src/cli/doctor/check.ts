import type { DatabaseAddresses } from '../../database-pools.ts';

/** `ok`: nothing to do. `warning`: it works, and something is not as it should be. `problem`: change it. */
export type Level = 'ok' | 'warning' | 'problem';

/** One thing that a check found. Its texts never hold a secret. */
export interface Finding {
  level: Level;
  /** What is so, one sentence without a full stop. */
  says: string;
  /** What to change, one sentence without a full stop; absent when there is nothing. */
  change?: string;
}

/** What is looked at. */
export interface Surroundings {
  /** The environment, empty values left out. */
  variables: Readonly<Record<string, string>>;
  /** Absolute path. */
  dataDir: string;
  /** Of DATABASE_URL and those beside it, or of the embedded server that runs now: secrets. */
  database: DatabaseAddresses | undefined;
  /** DATABASE_URL is set: docs/configuration.md. */
  isProduction: boolean;
}

/** One look at one part. A new one is a line in `checks.ts`. */
export interface Check {
  /** One word, in front of each finding. */
  name: string;
  /** An error it throws is a problem of its own; one that says nothing is not shown. */
  run(surroundings: Surroundings): Promise<Finding[]> | Finding[];
}

export const ok = (says: string): Finding => ({ level: 'ok', says });
export const warning = (says: string, change: string): Finding => ({ level: 'warning', says, change });
export const problem = (says: string, change: string): Finding => ({ level: 'problem', says, change });

/** The words of a failure, without a trailing full stop; addresses with passwords are in none of them. */
export function wordsOf(error: unknown): string {
  const { message, code, name } = error as { message?: string; code?: string; name?: string };
  return (message || code || name || 'no reason given').replace(/\.$/, '');
}
