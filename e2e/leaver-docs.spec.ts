import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { API, OidcIssuer, SERVICE } from '../server/src/identity/testing/oidc-issuer.ts';
import type { RoleSettings } from '../server/src/identity/roles.ts';
import { freePort } from '../server/src/platform/free-port.ts';
import { ada, TestServer } from '../server/src/testing/test-server.ts';

const PAGE = readFileSync(new URL('../docs/leaver.md', import.meta.url), 'utf8');
// Inside the repository, because the example imports a package by its name.
const ARTIFACTS = fileURLToPath(new URL('artifacts', import.meta.url));
const HOOK_SECRET = 'hook-secret-0123456789';
const leaver = { ...ada, tenantId: 'acme' };

function block(mark: string, name: string): string {
  const found = new RegExp(`<!-- ${mark}: ${name} -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  if (found === undefined) throw new Error(`docs/leaver.md has no ${mark} ${name}`);
  return found;
}

describe('docs/leaver.md', () => {
  let issuer: OidcIssuer;
  let server: TestServer;
  let receiver: ChildProcess;
  let file: string;
  let hook: string;

  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    const { OFFBOARDING } = JSON.parse(block('roles', 'offboarding')) as RoleSettings;
    server = await TestServer.start({
      jwtSecret: undefined,
      oidcIssuer: issuer.url,
      oidcAudience: API,
      tenant: 'acme',
      // The role that the issuer of the tests gives its service, with what the page gives it.
      roles: { DOC_VIEWALL: OFFBOARDING! },
    });
    await server.addPhoto('public/team/a.png', leaver);
    file = join(ARTIFACTS, `${process.pid}-receiver.mjs`);
    await mkdir(ARTIFACTS, { recursive: true });
    await writeFile(file, block('example', 'receiver\\.mjs'));
    const port = await freePort();
    hook = `http://127.0.0.1:${port}/`;
    receiver = spawn(process.execPath, [file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        OIDC_ISSUER: issuer.url,
        CLIENT_ID: SERVICE.id,
        CLIENT_SECRET: SERVICE.secret,
        COUNTERSIGN: server.origin,
        HOOK_SECRET,
        PORT: String(port),
      },
    });
    await once(receiver.stdout!, 'data');
  });

  afterAll(async () => {
    if (receiver.exitCode === null) {
      receiver.kill();
      await once(receiver, 'exit');
    }
    await rm(file, { force: true });
    await server.stop();
    await issuer.stop();
  });

  const send = (events: object[], secret = HOOK_SECRET): Promise<Response> =>
    fetch(hook, {
      method: 'POST',
      headers: { authorization: secret, 'content-type': 'application/json' },
      body: JSON.stringify({ data: { events } }),
    });
  const event = (eventType: string, id: string): object => ({ eventType, target: [{ type: 'User', id }] });
  const departures = async (): Promise<unknown[]> => {
    const { rows } = await server.database.pool.query(
      'SELECT owner_id AS owner, status, requested_by AS "by" FROM departures ORDER BY created_at',
    );
    return rows;
  };

  it('answers the challenge of the provider, and nobody else', async () => {
    const before = await departures();
    const headers = { 'x-okta-verification-challenge': 'prove it' };
    const answer = await fetch(hook, { headers: { ...headers, authorization: HOOK_SECRET } });
    expect(await answer.json()).toEqual({ verification: 'prove it' });
    expect((await fetch(hook, { headers })).status).toBe(401);
    expect((await send([event('user.lifecycle.deactivate', 'ada')], 'guessed')).status).toBe(401);
    expect(await departures()).toEqual(before);
  });

  it('revokes whom the provider disables, once however often it says so, and nobody for other events', async () => {
    const answers: number[] = [];
    for (const one of [
      event('user.session.start', 'ada'),
      event('user.lifecycle.deactivate', 'never-owned-anything'),
      event('user.lifecycle.deactivate', 'ada'),
      event('user.lifecycle.deactivate', 'ada'),
    ]) {
      answers.push((await send([one])).status);
    }
    expect(answers).toEqual([204, 204, 204, 204]);
    expect(await departures()).toEqual([{ owner: 'ada', status: 'effective', by: SERVICE.id }]);
    const { rows } = await server.database.pool.query("SELECT status FROM owners WHERE owner_id = 'ada'");
    expect(rows).toEqual([{ status: 'revoked' }]);
  });
});
