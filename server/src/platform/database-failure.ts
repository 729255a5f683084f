import { CommitUnanswered } from './database.ts';
import { Problem } from './problem.ts';
import { DeadlinePassed } from './with-connection.ts';

/** What the operating system says of a connection, and SQLSTATE classes that mean "not now". */
const UNREACHABLE_CODE =
  /^(ECONN\w+|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EPIPE|EAI_AGAIN|08\w{3}|57P0\w|53300)$/;
/** pg says these without a code. */
const UNREACHABLE_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/** 503 `database-unavailable`. */
export const databaseUnavailable = (): Problem =>
  new Problem(
    503,
    'database-unavailable',
    'The database does not answer',
    'What you asked for may or may not have been done. Try again shortly.',
    { 'Retry-After': '1' },
  );

/** @returns whether this failure is the database's being away, and none of the request */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DeadlinePassed || error instanceof CommitUnanswered) return true;
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && UNREACHABLE_CODE.test(code)) || UNREACHABLE_WORDS.test(error.message);
}
