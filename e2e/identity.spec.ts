import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API, OidcIssuer, SERVICE, WEB } from '../server/src/identity/testing/oidc-issuer.ts';
import { onePixelPng } from '../server/src/testing/pictures.ts';
import { freshDatabase, type TestDatabase } from '../server/src/testing/test-database.ts';
import { issueToken } from '../server/src/identity/tokens.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { renderedPage } from './testing/rendered-page.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { dataFolder, startServer, tryServer, type ServerProcess } from './testing/server-process.ts';

const MASTER_SECRET = 'identity-master-secret-0123456789-abcd';
const JWT_SECRET = 'identity-jwt-secret-0123456789-abcdefg';

interface Who {
  authorization?: string;
}

const bearer = (token: string): Who => ({ authorization: `Bearer ${token}` });

/** A production server with a database of its own. */
class Deployment {
  readonly server: ServerProcess;
  readonly #database: TestDatabase;
  readonly #remove: () => Promise<void>;

  private constructor(server: ServerProcess, database: TestDatabase, remove: () => Promise<void>) {
    this.server = server;
    this.#database = database;
    this.#remove = remove;
  }

  static async start(variables: Record<string, string>): Promise<Deployment> {
    const folder = await dataFolder();
    const database = await freshDatabase();
    const server = await startServer(folder.path, [], {
      DATABASE_URL: database.url,
      MASTER_SECRET,
      AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
      ...variables,
    });
    return new Deployment(server, database, () => folder.remove());
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.#database.drop();
    await this.#remove();
  }

  /** Uploads a team photo. @returns its path */
  async upload(who: Who): Promise<string> {
    const response = await fetch(`${this.server.origin}/api/resources?kind=teamPhoto&name=me.png`, {
      method: 'POST',
      headers: { ...who, 'content-type': 'image/png' },
      body: new Uint8Array(onePixelPng),
    });
    return ((await response.json()) as { path: string }).path;
  }

  sign(path: string, who: Who): Promise<Response> {
    return fetch(`${this.server.origin}/api/resources/sign`, {
      method: 'POST',
      headers: { ...who, 'content-type': 'application/json' },
      body: JSON.stringify({ path, reason: 'identity_test' }),
    });
  }

  /** Signs the path and opens the image. @returns whom the audit names for the one and for the other */
  async openImage(path: string, who: Who): Promise<{ issued: unknown; delivered: unknown }> {
    const signed = await this.sign(path, who);
    const { url, signatureId } = (await signed.json()) as { url: string; signatureId: string };
    const image = await fetch(url);
    expect([signed.status, image.status, image.headers.get('content-type')]).toEqual([200, 200, 'image/png']);
    expect(Buffer.from(await image.arrayBuffer()).equals(Buffer.from(onePixelPng))).toBe(true);
    const rows = async (event: string): Promise<unknown[]> =>
      (
        await this.#database.pool.query<{ who: unknown }>(
          `SELECT concat_ws(' ', tenant_id, actor, 'of', owner) AS who FROM resource_access_logs
           WHERE event = $1 AND signature_id = $2`,
          [event, signatureId],
        )
      ).rows.map((row) => row.who);
    const [issued] = await rows('issuance');
    // The row of an issuance is there before its URL; that of a delivery comes by way of the spool.
    let delivered: unknown;
    for (const until = Date.now() + 10_000; delivered === undefined && Date.now() < until;) {
      [delivered] = await rows('delivery');
    }
    return { issued, delivered };
  }
}

describe('who calls', () => {
  let issuer: OidcIssuer;
  let deployment: Deployment | undefined;

  beforeEach(async () => {
    issuer = await OidcIssuer.start();
  });

  afterEach(async () => {
    await deployment?.stop();
    deployment = undefined;
    await issuer.stop();
  });

  const byIssuer = (): Record<string, string> => ({
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: API,
    TENANT_CLAIM: 'tenant',
    TENANT: 'acme',
  });

  it('is whom an OIDC issuer says, before and after its key is another', async () => {
    deployment = await Deployment.start(byIssuer());
    const before = await issuer.userToken('ada');
    const path = await deployment.upload(bearer(before));
    expect(await deployment.openImage(path, bearer(before))).toEqual({
      issued: 'acme ada of ada',
      delivered: 'acme of ada',
    });

    issuer.rotate();
    const after = await issuer.userToken('boss');
    expect(after.split('.')[0]).not.toBe(before.split('.')[0]);
    expect(await deployment.openImage(path, bearer(after))).toEqual({
      issued: 'acme boss of ada',
      delivered: 'acme of ada',
    });
    expect((await deployment.openImage(path, bearer(await issuer.serviceToken()))).issued).toBe(
      `acme ${SERVICE.id} of ada`,
    );
  }, 60_000);

  it('is whom a secret says', async () => {
    deployment = await Deployment.start({ JWT_SECRET });
    const token = (id: string, role: string): Who =>
      bearer(issueToken({ id, name: id, tenantId: 'acme', roles: [role] }, JWT_SECRET));
    const path = await deployment.upload(token('grace', 'tenantMember'));
    expect(await deployment.openImage(path, token('hedy', 'tenantMember'))).toEqual({
      issued: 'acme hedy of grace',
      delivered: 'acme of grace',
    });
    expect((await deployment.sign(path, bearer(await issuer.userToken('boss')))).status).toBe(401);
  }, 60_000);

  it('is nobody without a token, and that is written down too', async () => {
    deployment = await Deployment.start(byIssuer());
    const path = await deployment.upload(bearer(await issuer.userToken('ada')));
    expect(await deployment.openImage(path, {})).toEqual({
      issued: 'acme anonymous of ada',
      delivered: 'acme of ada',
    });
  }, 60_000);

  it('can be known as soon as the issuer is there, when the server was there first', async () => {
    const token = await issuer.userToken('ada');
    issuer.away = true;
    deployment = await Deployment.start(byIssuer());
    const early = await deployment.sign('public/team/any.png', bearer(token));
    expect([early.status, early.headers.has('retry-after')]).toEqual([503, true]);
    issuer.away = false;
    const path = await deployment.upload(bearer(token));
    expect((await deployment.openImage(path, bearer(token))).issued).toBe('acme ada of ada');
    expect(deployment.server.output).toContain('OIDC_ISSUER');
    expect(deployment.server.output).not.toContain(token);
  }, 60_000);

  it('goes on in cookies that the issuer refreshes', async () => {
    deployment = await Deployment.start({
      ...byIssuer(),
      OIDC_CLIENT_ID: WEB.id,
      OIDC_CLIENT_SECRET: WEB.secret,
      COOKIE_SAME_SITE: 'strict',
    });
    const path = await deployment.upload(bearer(await issuer.userToken('ada')));
    const response = await fetch(`${deployment.server.origin}/api/resources/sign`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: deployment.server.origin,
        cookie: `access_token=${issuer.expiredToken('boss')}; refresh_token=${await issuer.refreshToken('boss')}`,
      },
      body: JSON.stringify({ path, reason: 'identity_test' }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie().length).toBe(2);
    for (const line of response.headers.getSetCookie()) expect(line).toContain('SameSite=Strict');
  }, 60_000);

  it('must be settled before the program starts', async () => {
    const folder = await dataFolder();
    const outcome = await tryServer(['--port', '0', '--data', folder.path], {
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      MASTER_SECRET,
      AUDIT_SIGNING_KEY: randomBytes(32).toString('base64'),
    });
    await folder.remove();
    expect(outcome).toEqual(jasmine.objectContaining({ code: 1 }));
    expect((outcome as { stderr: string }).stderr).toContain('JWT_SECRET or OIDC_ISSUER');
  });
});

describe('an Angular page of another origin with withCredentials', () => {
  it('signs by the cookie alone, and is refused when its origin is not configured', async () => {
    if (!browserPath) {
      pending('needs chromium');
      return;
    }
    const page = await renderedPage();
    const script = await readFile(page.browserFile);
    let options = '';
    const site = createServer((request, response) => {
      const isScript = request.url === '/browser.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(
        isScript
          ? script
          : `<!doctype html><body><app-root></app-root>
             <script type="application/json" id="options">${options}</script>
             <script type="module" src="/browser.js"></script></body>`,
      );
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    const folder = await filledFolder();
    const server = await startServer(folder.path, [], { CORS_ORIGINS: `http://127.0.0.1:${port}` });
    const browser = await openBrowser();
    try {
      options = JSON.stringify({
        mode: 'production',
        api: `${server.origin}/api/resources`,
        deliveryOrigins: [`${server.origin}/cdn`],
        withCredentials: true,
      });
      const context = await browser.newContext();
      await context.addCookies([
        {
          name: 'access_token',
          value: await server.signIn('ada'),
          domain: '127.0.0.1',
          path: '/',
          httpOnly: true,
          sameSite: 'Lax',
        },
      ]);
      const tab = await context.newPage();
      const asked = tab.waitForRequest((request) => request.method() === 'POST');
      await tab.goto(`http://127.0.0.1:${port}`);
      const headers = await (await asked).allHeaders();
      expect(headers['authorization']).toBeUndefined();
      expect([headers['cookie']?.split('=')[0], headers['origin'], headers['sec-fetch-site']]).toEqual([
        'access_token',
        `http://127.0.0.1:${port}`,
        'same-site',
      ]);
      await tab.waitForFunction("document.getElementById('healing')?.src.includes('sig=')");
      const admin = await server.signIn('admin');
      const { items } = await server.get<{ items: { actor: string }[] }>(
        '/api/audit/logs?event=issuance',
        admin,
      );
      expect(new Set(items.map(({ actor }) => actor))).toEqual(new Set(['ada']));

      // The same page at another name of this machine is of another origin.
      const foreign = await context.newPage();
      const refused = foreign.waitForEvent('requestfailed', (request) => request.method() === 'POST');
      await foreign.goto(`http://localhost:${port}`);
      expect((await refused).failure()?.errorText).toContain('ERR_FAILED');
    } finally {
      await browser.close();
      await server.stop();
      await folder.remove();
      site.closeAllConnections();
      await new Promise((resolve) => site.close(resolve));
    }
  }, 180_000);
});
