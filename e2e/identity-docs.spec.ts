import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { identityOf, readEnvironment } from '../server/src/config.ts';
import { openIdentity } from '../server/src/identity/identity.ts';
import { RoleTable } from '../server/src/identity/roles.ts';
import { API, OidcIssuer, SERVICE } from '../server/src/identity/testing/oidc-issuer.ts';
import { makeKey, TestIssuer } from '../server/src/identity/testing/test-issuer.ts';
import { systemClock } from '../server/src/platform/clock.ts';
import { ada, TestServer } from '../server/src/testing/test-server.ts';

const PAGE = readFileSync(new URL('../docs/identity.md', import.meta.url), 'utf8');
// Inside the repository, because an example imports a package by its name.
const ARTIFACTS = fileURLToPath(new URL('artifacts', import.meta.url));
const PRODUCTION = {
  DATABASE_URL: 'postgres://127.0.0.1/countersign',
  MASTER_SECRET: 'docs-master-secret-0123456789-abcdefgh',
  AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
};

/** The code after `<!-- MARK: NAME -->`. */
function block(mark: string, name: string): string {
  const found = new RegExp(`<!-- ${mark}: ${name} -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  if (found === undefined) throw new Error(`docs/identity.md has no ${mark} ${name}`);
  return found;
}

const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    block('environment', name)
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** Runs an example as it stands. @returns what it printed */
async function run(name: string, variables: Record<string, string>): Promise<string> {
  const file = join(ARTIFACTS, `${process.pid}-${name}`);
  await mkdir(ARTIFACTS, { recursive: true });
  await writeFile(file, block('example', name.replace('.', '\\.')));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], {
      env: { ...process.env, ...variables },
    });
    return stdout.trim();
  } finally {
    await rm(file);
  }
}

describe('docs/identity.md', () => {
  for (const name of ['keycloak', 'generic', 'refresh']) {
    it(`shows settings that a production server starts with: ${name}`, () => {
      expect(() => readEnvironment({ ...PRODUCTION, ...environmentOf(name) })).not.toThrow();
    });
  }

  for (const name of ['keycloak user', 'keycloak service']) {
    it(`says truly whom the claims of a ${name} mean`, async () => {
      const key = makeKey('docs');
      const issuer = await TestIssuer.start(key);
      try {
        const environment = readEnvironment({ ...PRODUCTION, ...environmentOf('keycloak') });
        const { verifier } = await openIdentity(
          {
            ...identityOf(environment),
            oidcIssuer: issuer.url,
            tenant: 'other',
            corsOrigins: [],
            cookieSameSite: 'lax',
          },
          { clock: systemClock, log: pino({ level: 'silent' }), roles: new RoleTable() },
        );
        const claims = JSON.parse(block('claims', name)) as Record<string, unknown>;
        const now = Math.floor(Date.now() / 1000);
        const token = issuer.token(
          key,
          { realm_access: undefined, ...claims, iss: issuer.url, exp: now + 60 },
          { typ: 'JWT' },
        );
        const { kind, tenantId, id, name: shown, roles } = await verifier.verify(token);
        expect<unknown>({ kind, tenantId, id, name: shown, roles }).toEqual(
          JSON.parse(block('principal', name)),
        );
      } finally {
        await issuer.stop();
      }
    });
  }

  it('shows how to make a token under a secret, and the server takes it', async () => {
    const jwtSecret = 'docs-jwt-secret-0123456789-abcdefghijk';
    const server = await TestServer.start({ jwtSecret });
    try {
      const authorization = `Bearer ${await run('token.mjs', { JWT_SECRET: jwtSecret })}`;
      expect((await server.call('GET', '/api/resources', { headers: { authorization } })).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('shows a service that signs, and its URL opens the image', async () => {
    const issuer = await OidcIssuer.start();
    const server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: API,
      tenant: 'acme',
    });
    try {
      await server.addPhoto('public/team/a.png', { ...ada, tenantId: 'acme' });
      const url = await run('service.mjs', {
        OIDC_ISSUER: issuer.url,
        CLIENT_ID: SERVICE.id,
        CLIENT_SECRET: SERVICE.secret,
        COUNTERSIGN: server.origin,
        IMAGE: 'public/team/a.png',
      });
      expect((await fetch(url)).status).toBe(200);
      const [row] = await server.auditRows('issuance');
      expect([row?.['actor'], row?.['reason']]).toEqual([SERVICE.id, 'monthly_report']);
    } finally {
      await server.stop();
      await issuer.stop();
    }
  });
});
