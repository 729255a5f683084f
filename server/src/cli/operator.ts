import { userInfo } from 'node:os';

/**
 * Who types, for the audit: `cli:` and the account's name. Under sudo it is the person who called it: root says nothing.
 * A claim like any that this machine makes: whoever has the database's address could write what he wants.
 */
export function operatorName(env: NodeJS.ProcessEnv = process.env): string {
  const behind = process.getuid?.() === 0 ? env['SUDO_USER'] : undefined;
  return `cli:${behind || accountName()}`;
}

/** A container's user often has a number and no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
