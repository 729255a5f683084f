import { admin, TestServer } from '../testing/test-server.ts';

describe('POST /api/owners/{id}/revoke', () => {
  it('revokes whoever can own something, however long the subject of the token is', async () => {
    const server = await TestServer.start();
    try {
      const owner = { id: 'x'.repeat(255), roles: ['tenantMember'] };
      await server.addPhoto('public/team/long.jpg', owner);
      const url = await server.sign('public/team/long.jpg', owner);
      expect((await fetch(url)).status).toBe(200);
      const revoked = await server.call('POST', `/api/owners/${owner.id}/revoke`, { as: admin, body: {} });
      expect(revoked.status).toBe(200);
      expect((await fetch(url)).status).toBe(403);
      const reinstated = await server.call('POST', `/api/owners/${owner.id}/reinstate`, {
        as: admin,
        body: {},
      });
      expect(reinstated.status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});
