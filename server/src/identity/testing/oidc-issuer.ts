import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { Provider, type Configuration } from 'oidc-provider';
import { issuerShelf } from './issuer-shelf.ts';
import { makeKey, type TestKey } from './test-issuer.ts';

/** What its access tokens are for; also their audience. */
export const API = 'https://countersign.example/api';

/** A client that browsers sign in by, and one that is a service. */
export const WEB = { id: 'web', secret: 'web secret: 50 % of + & it' };
export const SERVICE = { id: 'reports', secret: 'service-secret-0123456789' };

/** Roles of those who have an account. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  ada: ['tenantMember'],
  boss: ['tenantAdmin'],
  [SERVICE.id]: ['DOC_VIEWALL'],
};

/** A real OIDC issuer (oidc-provider) on loopback, whose claims look like Keycloak's. */
export class OidcIssuer {
  readonly url: string;
  readonly #server: Server;
  readonly #secretIn: 'header' | 'body';
  /** Sessions outlive keys. */
  readonly #shelf = issuerShelf();
  #provider: Provider | undefined;
  #handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  #keys: TestKey[] = [];
  /** How often its token endpoint was asked. */
  exchanges = 0;
  /** It answers nothing but 503. */
  away = false;

  private constructor(server: Server, secretIn: 'header' | 'body') {
    this.#server = server;
    this.#secretIn = secretIn;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param secretIn where clients must send their secrets (RFC 6749 section 2.3.1) */
  static async start({ secretIn = 'header' }: { secretIn?: 'header' | 'body' } = {}): Promise<OidcIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = new OidcIssuer(server, secretIn);
    issuer.rotate();
    server.on('request', (request, response) => {
      if (request.method === 'POST' && request.url === '/token') issuer.exchanges += 1;
      if (issuer.away) response.writeHead(503).end();
      else issuer.#handle(request, response);
    });
    return issuer;
  }

  /** Signs with a new key from now on, and no longer publishes the old one. */
  rotate(): void {
    this.#keys = [makeKey(`key-${this.#keys.length + Math.random().toString(36).slice(2)}`)];
    const [key] = this.#keys;
    const jwk = { ...key!.privateKey.export({ format: 'jwk' }), kid: key!.kid, use: 'sig', alg: 'RS256' };
    this.#provider = new Provider(this.url, {
      ...CONFIGURATION,
      adapter: this.#shelf,
      clientAuthMethods: [this.#method],
      clientDefaults: { token_endpoint_auth_method: this.#method },
      jwks: { keys: [jwk] },
    } as unknown as Configuration);
    this.#handle = this.#provider.callback() as RequestListener;
  }

  get #method(): string {
    return this.#secretIn === 'header' ? 'client_secret_basic' : 'client_secret_post';
  }

  /** A refresh token as somebody has it who signed in by the web client. */
  async refreshToken(account: string): Promise<string> {
    const provider = this.#provider!;
    const client = await provider.Client.find(WEB.id);
    const grant = new provider.Grant({ accountId: account, clientId: WEB.id });
    grant.addOIDCScope('openid offline_access');
    grant.addResourceScope(API, 'api');
    const grantId = await grant.save();
    const token = new provider.RefreshToken({
      accountId: account,
      client: client!,
      grantId,
      gty: 'authorization_code',
      scope: 'openid offline_access api',
      resource: API,
    } as unknown as ConstructorParameters<typeof provider.RefreshToken>[0]);
    return token.save();
  }

  /** An access token of a person, from the token endpoint. */
  async userToken(account: string): Promise<string> {
    const refresh_token = await this.refreshToken(account);
    return this.#token(WEB, { grant_type: 'refresh_token', refresh_token });
  }

  /** An access token of the service, from the token endpoint. */
  serviceToken(): Promise<string> {
    return this.#token(SERVICE, { grant_type: 'client_credentials', resource: API, scope: 'api' });
  }

  /** A token that this issuer signed, and that has ended: so long ago, seconds. */
  expiredToken(account: string, secondsAgo = 60): string {
    const [key] = this.#keys;
    const roles = ROLES[account] ?? [];
    const claims = { sub: account, tenant: 'acme', iss: this.url, aud: API, realm_access: { roles } };
    return jwt.sign({ ...claims, exp: Math.floor(Date.now() / 1000) - secondsAgo }, key!.privateKey, {
      algorithm: 'RS256',
      header: { alg: 'RS256', typ: 'at+jwt', kid: key!.kid },
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #token({ id, secret }: typeof WEB, form: Record<string, string>): Promise<string> {
    const encoded = [id, secret].map((text) => encodeURIComponent(text)).join(':');
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` },
      body: new URLSearchParams(form),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (!answer.access_token) throw new Error(`no token: ${JSON.stringify(answer)}`);
    this.exchanges = 0;
    return answer.access_token;
  }
}

const CONFIGURATION = {
  clients: [
    {
      client_id: WEB.id,
      client_secret: WEB.secret,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://app.example/callback'],
    },
    {
      client_id: SERVICE.id,
      client_secret: SERVICE.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  cookies: { keys: ['of no interest'] },
  scopes: ['openid', 'offline_access', 'api'],
  rotateRefreshToken: true,
  ttl: { AccessToken: 300, ClientCredentials: 300, Grant: 3600, IdToken: 300, RefreshToken: 3600 },
  findAccount: (_context: unknown, accountId: string) => ({
    accountId,
    claims: () => ({ sub: accountId }),
  }),
  extraTokenClaims: (_context: unknown, token: { accountId?: string; clientId?: string }) => {
    const who = token.accountId ?? token.clientId ?? '';
    return { tenant: 'acme', name: `${who} of the issuer`, realm_access: { roles: ROLES[who] ?? [] } };
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'api',
        audience: API,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
};
