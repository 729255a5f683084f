import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt } from '../../server/src/leases/receipts.ts';
import { issueToken } from '../../server/src/identity/tokens.ts';
import { onePixelPng } from '../../server/src/testing/pictures.ts';
import { freshDatabase, type TestDatabase } from '../../server/src/testing/test-database.ts';
import { Gateway } from './gateway.ts';
import { dataFolder } from './server-process.ts';

const JWT_SECRET = 'fleet-jwt-secret-0123456789-abcdefghijkl';
const SETTINGS = {
  JWT_SECRET,
  MASTER_SECRET: 'fleet-master-secret-0123456789-abcdefghij',
  AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
  DELIVERY_URL: 'http://cdn.example.com/cdn',
  RATE_LIMITS: 'sign=off,signatures=off,api=off',
};
const PNG = 'image/png';

/** L of a fleet, milliseconds: the least there is. */
export const FLEET_LEASE_MS = 1000;

/** How a fleet is made. */
export interface FleetOptions {
  /** One name for each gateway. */
  names: readonly string[];
  /** Environment of single gateways, by name. */
  variables?: Readonly<Record<string, Record<string, string>>>;
  /** Puts a pooler in front of the database, and says where. */
  pooler?: (databaseUrl: string) => Promise<string>;
}

/** Several real servers on one real database, with the same files and secrets. */
export class GatewayFleet {
  readonly gateways: readonly Gateway[];
  readonly database: TestDatabase;
  readonly #removeFolder: () => Promise<void>;

  private constructor(
    gateways: readonly Gateway[],
    database: TestDatabase,
    removeFolder: () => Promise<void>,
  ) {
    this.gateways = gateways;
    this.database = database;
    this.#removeFolder = removeFolder;
  }

  static async start({ names, variables = {}, pooler }: FleetOptions): Promise<GatewayFleet> {
    const database = await freshDatabase();
    await database.pool.query('UPDATE epoch SET lease_ms = $1', [FLEET_LEASE_MS]);
    // Nobody has served under the longer one.
    await database.pool.query('UPDATE epoch SET longest_lease_ms = lease_ms');
    const folder = await dataFolder();
    const files = join(folder.path, 'files');
    await mkdir(files);
    const address = { direct: database.url, pooler: await pooler?.(database.url) };
    const starting = names.map((name) =>
      Gateway.start({
        ...{ name, files, database: address },
        dataDir: join(folder.path, name),
        variables: { ...SETTINGS, ...variables[name] },
      }),
    );
    const started = await Promise.allSettled(starting);
    const gateways = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const fleet = new GatewayFleet(gateways, database, folder.remove);
    const failed = started.find((one) => one.status === 'rejected');
    if (!failed) return fleet;
    await fleet.stop();
    throw failed.reason;
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.database.drop();
    await this.#removeFolder();
  }

  /** @returns the target of a signed URL to a picture that this new owner has just uploaded there */
  async newUrl(gateway: Gateway, ownerId: string, bytes: Uint8Array = onePixelPng): Promise<string> {
    const uploaded = await call<{ path: string }>(gateway, '/api/resources?kind=teamPhoto&name=photo.png', {
      as: ownerId,
      type: PNG,
      body: bytes,
    });
    const { path } = answered(uploaded, 201);
    const body = JSON.stringify({ path, reason: 'a_round' });
    const signed = await call<{ url: string }>(gateway, '/api/resources/sign', { as: ownerId, body });
    const { pathname, search } = new URL(answered(signed, 200).url);
    return pathname + search;
  }

  /** @returns the receipt; undefined: this gateway could not answer with one now */
  async revoke(gateway: Gateway, ownerId: string): Promise<Receipt | undefined> {
    const path = `/api/owners/${ownerId}/revoke`;
    const answer = await call<Receipt>(gateway, path, { as: 'admin' }).catch(() => undefined);
    return answer?.status === 200 ? answer.body : undefined;
  }
}

interface Called<T> {
  status: number;
  body: T;
}

async function call<T>(
  gateway: Gateway,
  path: string,
  { as, type = 'application/json', body }: { as: string; type?: string; body?: string | Uint8Array },
): Promise<Called<T>> {
  const roles = [as === 'admin' ? 'tenantAdmin' : 'tenantMember'];
  const token = issueToken({ id: as, name: as, tenantId: 'default', roles }, JWT_SECRET);
  const response = await fetch(gateway.origin + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': type } : {}) },
    ...(body ? { body: body as string | Uint8Array<ArrayBuffer> } : {}),
  });
  return { status: response.status, body: (await response.json()) as T };
}

function answered<T>({ status, body }: Called<T>, wanted: number): T {
  if (status !== wanted) throw new Error(`${status} ${(body as { code?: string }).code}`);
  return body;
}
