import { open, rename } from 'node:fs/promises';
import type { Account } from './postgres-account.ts';

const LIMIT_BYTES = 5 * 2 ** 20;

/** What the server says from now on, in a file that goes on being written when this process is killed. */
export interface PostgresLog {
  file: string;
  /** Everything said since this log was opened. */
  text(): Promise<string>;
}

/**
 * Opens the log, keeping one older file when it has grown past 5 MB.
 *
 * @param account who owns it; `undefined`: this user
 */
export async function openPostgresLog(file: string, account: Account | undefined): Promise<PostgresLog> {
  const log = await open(file, 'a', 0o600);
  try {
    if (account) await log.chown(account.uid, account.gid);
    const { size } = await log.stat();
    if (size <= LIMIT_BYTES) return { file, text: () => readFrom(file, size) };
  } finally {
    await log.close();
  }
  await rename(file, `${file}.1`);
  return openPostgresLog(file, account);
}

/** The message that says why the server ended: the first fatal one, else the last line. */
export function causeIn(text: string): string {
  const lines = text.trim().split('\n');
  const fatal = lines.map((line) => /\b(?:FATAL|PANIC):\s+(.*)/.exec(line)?.[1]).find(Boolean);
  return fatal ?? lines.at(-1) ?? '';
}

async function readFrom(path: string, position: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64 * 1024), position });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
