import pg from 'pg';

/**
 * The batch is already in: an earlier try was committed although its answer was lost.
 * @param error what the insert threw
 */
export function isAlreadyIn(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === 'audit_batches_pkey'
  );
}

/**
 * The rows themselves are what the database does not take: trying again cannot help.
 * Classes 22 (data exception) and 23 (integrity constraint) of SQLSTATE.
 */
export function isRefusedForGood(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '') && !isAlreadyIn(error);
}

/** What a log line may say of a failure: a database error's `detail` would hold the failing row. */
export function failureOf(error: unknown): { code: string | undefined; message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: 'unknown' };
  const code = (error as { code?: unknown }).code;
  return { code: typeof code === 'string' ? code : undefined, message: error.message };
}
