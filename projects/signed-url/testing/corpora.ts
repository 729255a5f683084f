import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the conformance corpora; marks the running spec pending when CORPORA_DIR is not set. */
export function corpus(name: string): unknown {
  const folder = process.env['CORPORA_DIR'] ?? '';
  if (folder === '') pending('needs CORPORA_DIR');
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
}
