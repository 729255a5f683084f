import { ada, admin, grace, TestServer } from '../testing/test-server.ts';
import type { Certificate } from './certificate.ts';

describe('An erasure and takedowns', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('empties those that named one of the paths, leaves folders, and says what checkpoints go on holding', async () => {
    await server.addPhoto('public/team/ada-lovelace.png', ada);
    await server.addPhoto('public/gallery/ada.png', ada);
    await server.addPhoto('public/team/adam.png', grace);
    const prefixes = ['public/team/ada-lov', 'public/gallery/ada.png', 'public/team/', 'public/team/adam'];
    for (const prefix of prefixes) {
      const taken = await server.call('POST', '/api/paths/revoke', { as: admin, body: { prefix } });
      expect(taken.status).toBe(200);
    }
    const { certificate } = (await server.erase('ada')) as unknown as { certificate: Certificate };

    const { rows } = await server.database.pool.query<Record<'resource_path' | 'actor' | 'salt', unknown>>(
      `SELECT resource_path, actor, salt FROM resource_access_logs WHERE event = 'prefix-revoked' ORDER BY accessed_at, batch_no`,
    );
    expect(rows.map(({ resource_path, actor }) => [resource_path, actor])).toEqual([
      [null, null],
      [null, null],
      ['public/team/', 'admin'],
      ['public/team/adam', 'admin'],
    ]);
    expect(rows.map(({ salt }) => salt === null)).toEqual([true, true, false, false]);
    const verified = await server.call('POST', '/api/audit/verify', {
      as: { ...admin, roles: ['globalAdmin'] },
    });
    expect(((await verified.json()) as { holds: boolean }).holds).toBe(true);

    const { outside, receipt } = certificate;
    expect(outside?.epochs).toContain(receipt?.epoch ?? 0);
    expect(outside?.epochs.length).toBeGreaterThan(1);
    expect(outside?.text).toContain('nothing is ever taken');
    expect(JSON.stringify(outside)).not.toContain('ada');
    const page = await server.call('GET', `/api/erasures/${certificate.erasureId}/certificate`, {
      as: admin,
    });
    expect(await page.text()).toContain('Checkpoints and logs');
  });
});
