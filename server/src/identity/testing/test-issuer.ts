import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

/** A key pair of the issuer; the public half is what it publishes. */
export interface TestKey {
  kid: string;
  privateKey: KeyObject;
  published: JsonWebKey & { kid: string; alg?: string; use?: string };
}

export const AUDIENCE = 'countersign-api';

/** @param kind RSA of that many bits, or EC on that curve */
export function makeKey(kid: string, kind: 2048 | 1024 | 'P-256' | 'P-384' = 2048): TestKey {
  const { privateKey, publicKey } =
    typeof kind === 'number'
      ? generateKeyPairSync('rsa', { modulusLength: kind })
      : generateKeyPairSync('ec', { namedCurve: kind });
  return { kid, privateKey, published: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

/** PEM of the public half, e.g. for whoever mistakes it for a secret. */
export const publicPem = ({ privateKey }: TestKey): string =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();

/** An issuer whose keys and moods a test decides: discovery and keys over real HTTP. */
export class TestIssuer {
  readonly url: string;
  readonly #server: Server;
  /** What it publishes. */
  keys: TestKey['published'][] = [];
  /** What it says of itself, over what is true. */
  metadata: Record<string, unknown> = {};
  /** It answers, 503, not at all, or that somebody else will. */
  mood: 'well' | 'ill' | 'silent' | 'moved' = 'well';
  /** How often it was asked for its keys. */
  asked = 0;
  /** Paths it was asked for, all of them. */
  readonly paths = new Set<string>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/acme`;
  }

  static async start(...keys: TestKey[]): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = new TestIssuer(server);
    issuer.publish(...keys);
    server.on('request', (request, response) => {
      const path = new URL(request.url ?? '/', issuer.url).pathname;
      issuer.paths.add(path);
      if (path.endsWith('/keys')) issuer.asked += 1;
      if (issuer.mood === 'silent') return;
      const body = path.endsWith('/keys')
        ? { keys: issuer.keys }
        : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys`, ...issuer.metadata };
      if (issuer.mood === 'moved' && !path.startsWith('/elsewhere')) {
        response.writeHead(302, { location: `/elsewhere${path}` }).end();
        return;
      }
      response.writeHead(issuer.mood === 'ill' ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    return issuer;
  }

  publish(...keys: TestKey[]): void {
    this.keys = keys.map(({ published }) => published);
  }

  /** Claims of an access token that is good for a minute. */
  claims(over: Record<string, unknown> = {}): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.url,
      aud: AUDIENCE,
      sub: 'ada',
      iat: now,
      exp: now + 60,
      realm_access: { roles: ['tenantMember'] },
      ...over,
    };
  }

  /** @param header over `typ`, `kid` and `alg` */
  token(key: TestKey, over: Record<string, unknown> = {}, header: Partial<jwt.JwtHeader> = {}): string {
    const alg = key.privateKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
    return jwt.sign(JSON.stringify(this.claims(over)), key.privateKey, {
      algorithm: (header.alg as jwt.Algorithm | undefined) ?? alg,
      header: { alg, typ: 'at+jwt', kid: key.kid, ...header },
      allowInsecureKeySizes: true,
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
