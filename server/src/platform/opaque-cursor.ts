/** @param parts where a page ended @returns base64url characters, which nobody but `openedCursor` should read */
export function opaqueCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @returns what a cursor says, which may be anything: a caller wrote it; undefined when it says nothing */
export function openedCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
