import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalPath } from '@countersign/signed-url';
import { environment } from '../config.ts';
import { isReservedName } from '../identity/principal.ts';
import { issueToken } from '../identity/tokens.ts';
import { generatedSecret } from '../platform/generated-secrets.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { CommandFailure, EXIT, cannotRun, usage } from './exit-codes.ts';
import { asJson } from './owner-actions.ts';
import { permissionsFor } from './role-permissions.ts';
import { readSettings, type Settings } from './settings.ts';

/** `countersign token` */
export const tokenCommand = defineCommand({
  name: 'token',
  says: 'Print a bearer token for whomever you like; in development only',
  details: `Signed with JWT_SECRET, good for 8 hours. It is a key to the server, and the only output on stdout. Refused
where NODE_ENV is production or OIDC_ISSUER is set, and where DATABASE_URL is set without --development.`,
  options: {
    as: { type: 'string', value: 'ID', says: 'who the token is for; needed' },
    name: { type: 'string', value: 'TEXT', says: 'display name (default: the ID)' },
    roles: { type: 'string', value: 'A,B', says: 'roles, separated by commas (default none)' },
    development: { type: 'boolean', says: 'DATABASE_URL names a database for development' },
    ...DATABASE_OPTIONS,
  },
  async run({ options, json, terminal }) {
    const settings = readSettings(options);
    refuseProduction(settings, options.development);
    if (options.as === undefined) throw usage('token needs --as ID: who the token is for.');
    const roles = (options.roles ?? '').split(',').map((role) => role.trim());
    const subject = {
      id: options.as,
      name: options.name ?? options.as,
      tenantId: settings.TENANT,
      roles: roles.filter(Boolean),
    };
    requireName('--as', subject.id);
    requireName('--tenant', subject.tenantId);
    const token = issueToken(subject, await jwtSecret(settings));
    for (const role of subject.roles) {
      if ((await permissionsFor([role])).size === 0)
        terminal.say(`The role ${role} gives no permission: is it spelled right?`);
    }
    await terminal.write(json ? asJson({ token, ...subject }) : `${token}\n`);
    return EXIT.done;
  },
});

function refuseProduction(settings: Settings, isDevelopment: boolean): void {
  const { NODE_ENV, OIDC_ISSUER } = process.env;
  const cause = OIDC_ISSUER
    ? 'OIDC_ISSUER is set: get a token from the issuer.'
    : NODE_ENV === 'production'
      ? 'NODE_ENV is production.'
      : settings.DATABASE_URL && !isDevelopment
        ? 'DATABASE_URL is set, as in production. If that database is for development, add --development.'
        : undefined;
  if (cause) throw new CommandFailure(EXIT.cannotRun, 'production', `No token is made here: ${cause}`);
}

/** Never makes one: a secret that no server knows signs nothing that is of use. */
async function jwtSecret(settings: Settings): Promise<string> {
  const given = environment.shape.JWT_SECRET.safeParse(process.env['JWT_SECRET'] || undefined);
  if (!given.success) throw cannotRun(`JWT_SECRET: ${given.error.issues[0]?.message ?? 'is not valid'}`);
  if (given.data) return given.data;
  if (settings.DATABASE_URL) throw cannotRun('JWT_SECRET must be set, as for the server.');
  if (!existsSync(join(settings.DATA_DIR, 'secrets', 'jwt'))) {
    throw cannotRun(
      `No server has run on ${settings.DATA_DIR} yet: start one, name its folder with --data, or set JWT_SECRET.`,
    );
  }
  return generatedSecret(settings.DATA_DIR, 'jwt');
}

/** The server has rules for names; better to hear of them here than as a 401 there. */
function requireName(option: string, name: string): void {
  try {
    if ((option === '--as' && isReservedName(name)) || name.includes('/'))
      throw new Error('taken, or two segments');
    canonicalPath(name);
  } catch {
    throw usage(
      `The server would refuse this: ${option} must be one segment of a path, and --as none of anonymous, system, samples, cli:... and erased-...`,
    );
  }
}
