import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, problem, warning, wordsOf, type Check, type Finding, type Surroundings } from './check.ts';
import { ENOUGH_BITS, estimatedBits, knownWeakness } from './secret-strength.ts';

const NEW = 'use the output of `openssl rand -base64 32`';
const FILES = { MASTER_SECRET: 'master', JWT_SECRET: 'jwt' } as const;
type Name = keyof typeof FILES;

/** Strength of the secrets, and that they are two. Says how strong, never what. */
export const secretsCheck: Check = {
  name: 'secrets',
  async run(surroundings) {
    const names = Object.keys(FILES) as Name[];
    const secrets = new Map<Name, string>();
    const findings: Finding[] = [];
    for (const name of names) {
      const given = surroundings.variables[name];
      if (given !== undefined) secrets.set(name, given);
      else if (name === 'JWT_SECRET' && surroundings.variables['OIDC_ISSUER']) continue;
      else if (surroundings.isProduction) {
        findings.push(problem(`${name} is not set`, `set ${name}: ${NEW}, the same at every server`));
      } else findings.push(...(await generated(surroundings, name, secrets)));
    }
    for (const [name, secret] of secrets) findings.push(strengthOf(name, secret));
    const [master, jwt] = names.map((name) => secrets.get(name));
    if (master !== undefined && master === jwt) {
      findings.push(
        problem('MASTER_SECRET and JWT_SECRET are the same', `set JWT_SECRET to another value: ${NEW}`),
      );
    }
    return findings;
  },
};

function strengthOf(name: Name, secret: string): Finding {
  const warningOfLoss =
    name === 'MASTER_SECRET'
      ? '; rotate to it as docs/revocation.md says, or every signed URL is dead'
      : '; everybody signs in again';
  const change = `set ${name} to a random value: ${NEW}${warningOfLoss}`;
  const weakness = knownWeakness(secret);
  if (weakness) return problem(`${name} ${weakness}`, change);
  const bits = estimatedBits(secret);
  return bits < ENOUGH_BITS
    ? problem(`${name} has about ${bits} bits of randomness, ${ENOUGH_BITS} are needed`, change)
    : ok(`${name} looks random`);
}

/** The embedded server keeps its own in the data folder. */
async function generated(
  { dataDir }: Surroundings,
  name: Name,
  secrets: Map<Name, string>,
): Promise<Finding[]> {
  const file = join(dataDir, 'secrets', FILES[name]);
  try {
    const { mode } = await stat(file);
    secrets.set(name, (await readFile(file, 'utf8')).trim());
    return (mode & 0o077) === 0 ? [] : [warning(`${file} can be read by others`, `run chmod 600 ${file}`)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [ok(`${name} is generated at the first start`)];
    }
    return [problem(`${file} cannot be read: ${wordsOf(error)}`, 'run this as the user who runs the server')];
  }
}
