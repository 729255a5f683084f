import { readFile } from 'node:fs/promises';
import { StartError } from '../platform/start-error.ts';
import { roleSettings, type RoleSettings } from './roles.ts';

const EXAMPLE = '{ "AUDITOR": { "adds": ["audit:read"] } }';

/**
 * Reads what ROLES_FILE names: JSON, an object of roles by name (docs/permissions.md).
 *
 * @throws StartError that names the setting, the file, and the place in it that is wrong
 */
export async function readRolesFile(file: string): Promise<RoleSettings> {
  const wrong = (what: string): StartError => new StartError(`ROLES_FILE: ${file}${what}`);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(` cannot be read (${error.code}). Name a JSON file like ${EXAMPLE}.`);
  });
  const result = roleSettings.safeParse(parsed(text, wrong));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (!issue?.path.length) throw wrong(` must hold an object of roles, like ${EXAMPLE}.`);
  throw wrong(`, ${issue.path.join('.')}: ${issue.message}`);
}

function parsed(text: string, wrong: (what: string) => StartError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(` is not JSON: ${(error as Error).message}.`);
  }
}
