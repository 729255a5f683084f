import { randomBytes, randomUUID } from 'node:crypto';
import { randomId } from '../platform/ids.ts';
import { forTenant, type TenantConnection } from '../platform/tenant-database.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import {
  claim,
  ClaimLost,
  count,
  endStep,
  findErasure,
  finish,
  giveBack,
  insertErasure,
  noteFacts,
} from './erasure.store.ts';

const MINUTE_MS = 60_000;

describe('an erasure that one server has claimed', () => {
  let database: TestDatabase;
  let erasureId: string;
  let mine: { erasureId: string; worker: string };
  let theirs: { erasureId: string; worker: string };

  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  const within = <T>(work: (connection: TenantConnection) => Promise<T>): Promise<T> =>
    forTenant(database.tenants, 'default', work);
  const step = async (): Promise<unknown> =>
    (await findErasure(database.tenants, 'default', erasureId))?.step;

  beforeEach(async () => {
    erasureId = randomId();
    mine = { erasureId, worker: randomUUID() };
    theirs = { erasureId, worker: randomUUID() };
    const erasure = { id: erasureId, tenantId: 'default', ownerId: erasureId, actor: 'admin' };
    await within((connection) =>
      insertErasure(connection, { ...erasure, ownerTag: randomBytes(32), pathSalt: randomBytes(16) }),
    );
  });

  it('is no other server’s before it was silent for too long, and its own for as long as it likes', async () => {
    expect(await within((connection) => claim(connection, mine, MINUTE_MS))).toBe(true);
    expect(await within((connection) => claim(connection, theirs, MINUTE_MS))).toBe(false);
    expect(await within((connection) => claim(connection, mine, -1000))).toBe(true);
    expect(await within((connection) => claim(connection, theirs, MINUTE_MS))).toBe(true);
    expect(await within((connection) => claim(connection, mine, MINUTE_MS))).toBe(false);
  });

  it('takes nothing more from the one that lost it', async () => {
    await within((connection) => claim(connection, mine, -1000));
    await within((connection) => claim(connection, theirs, MINUTE_MS));
    const writes: ((connection: TenantConnection) => Promise<void>)[] = [
      (connection) => endStep(connection, mine, { from: 'probe', to: 'revoke' }),
      (connection) => count(connection, mine, { auditRows: 1 }),
      (connection) => noteFacts(connection, mine, { absent: 1 }),
    ];
    for (const write of writes) await expectAsync(within(write)).toBeRejectedWithError(ClaimLost);
    await within((connection) => giveBack(connection, mine, 'internal'));
    expect(await within((connection) => claim(connection, mine, MINUTE_MS))).toBe(false);
    await within((connection) => endStep(connection, theirs, { from: 'probe', to: 'certify' }));
    const certificate = { text: '{}', at: new Date().toISOString() };
    await expectAsync(within((connection) => finish(connection, mine, certificate))).toBeRejectedWithError(
      ClaimLost,
    );
    expect(await step()).toBe('certify');
    await within((connection) => finish(connection, theirs, certificate));
    expect(await step()).toBe('done');
  });

  it('ends a step once, whoever repeats it', async () => {
    await within((connection) => claim(connection, mine, MINUTE_MS));
    await within((connection) => endStep(connection, mine, { from: 'probe', to: 'revoke' }));
    await expectAsync(
      within((connection) => endStep(connection, mine, { from: 'probe', to: 'revoke' })),
    ).toBeRejectedWithError(ClaimLost);
    expect(await step()).toBe('revoke');
  });
});
