import { createPublicKey } from 'node:crypto';
import { admin, ada, TestServer } from '../testing/test-server.ts';
import { verifyAudit } from './verify.ts';

const auditor = { id: 'auditor', roles: ['globalAdmin'] };

describe('The proof of the audit', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.start();
    await server.addPhoto('public/team/ada.png', ada);
    await server.sign('public/team/ada.png');
  });

  afterEach(() => server.stop());

  it('says of an untouched log that it holds', async () => {
    const response = await server.call('POST', '/api/audit/verify', { as: auditor });
    expect(response.status).toBe(200);
    const report = (await response.json()) as Record<string, unknown>;
    expect(report).toEqual(
      jasmine.objectContaining({ holds: true, findings: [], findingsTotal: 0, rows: 2 }),
    );
  });

  it('is for whoever may see the whole database: a tenant’s administrator may not', async () => {
    for (const as of [admin, ada]) {
      const response = await server.call('POST', '/api/audit/verify', { as });
      expect(response.status).toBe(403);
    }
    expect((await server.call('POST', '/api/audit/verify')).status).toBe(401);
  });

  it('runs one verification at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => server.call('POST', '/api/audit/verify', { as: auditor })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(((await refused?.json()) as { code: string }).code).toBe('verification-running');
    expect((await server.call('POST', '/api/audit/verify', { as: auditor })).status).toBe(200);
  });

  it('names places, and never what a row holds', async () => {
    await server.database.pool.query(
      `UPDATE resource_access_logs SET actor = 'mallory-the-forger', kid = 'forged-kid'`,
    );
    const text = await (await server.call('POST', '/api/audit/verify', { as: auditor })).text();
    expect(text).toContain('personal-changed');
    expect(text).toContain('row-changed');
    // The random id of a writer may have "ada" in it.
    const words = text.replaceAll(/"writer":"[\da-f-]{36}"/g, '');
    for (const word of ['mallory', 'forged-kid', 'ada', 'public/team']) expect(words).not.toContain(word);
  });

  it('hands out the key that verifies its checkpoints', async () => {
    const response = await server.call('GET', '/api/audit/checkpoint-key');
    const { publicKey } = (await response.json()) as { publicKey: string };
    const key = createPublicKey(publicKey);
    expect(key.asymmetricKeyType).toBe('ed25519');
    expect(await verifyAudit({ database: server.database.pool, publicKeys: [key] })).toBeDefined();
  });
});
