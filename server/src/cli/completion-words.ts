import type { Command } from './command.ts';

/** Words that may follow each start of a command: `''` -> serve, owner, ...; `owner` -> revoke, ... */
export function nextWords(commands: readonly Command[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const next = new Map<string, Map<string, string>>();
  for (const { name, says } of commands) {
    const words = name.split(' ');
    words.forEach((word, index) => {
      const start = words.slice(0, index).join(' ');
      const known = next.get(start) ?? new Map<string, string>();
      const isWhole = index === words.length - 1;
      known.set(word, isWhole ? says : `${word} commands`);
      next.set(start, known);
    });
  }
  return next;
}

/** Text in single quotes of a POSIX shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
