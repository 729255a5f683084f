import { databaseBehind } from '../leases/lease.ts';
import { ada, admin, TestServer } from '../testing/test-server.ts';

describe('a delivery that waits', () => {
  let server: TestServer;
  let number = 0;
  let path: string;
  let url: string;
  /** What happens while the row of the delivery is written: the last thing that is waited for. */
  let meanwhile: () => Promise<unknown>;

  beforeAll(async () => {
    server = await TestServer.start();
    const { spool } = server.assembly.audit;
    const append = spool.append.bind(spool);
    spyOn(spool, 'append').and.callFake(async (row) => {
      await append(row);
      await meanwhile();
    });
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    meanwhile = () => Promise.resolve();
    path = `public/team/${(number += 1)}.png`;
    await server.addPhoto(path, ada);
    url = await server.sign(path);
  });

  const end = async (call: string, body: object = {}): Promise<void> => {
    const response = await server.call('POST', `/api${call}`, { as: admin, body });
    expect(response.status).toBe(200);
  };
  const fetched = async (): Promise<unknown[]> => {
    const response = await fetch(url);
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  const lastCause = async (): Promise<unknown> => (await server.auditRows('denial')).at(-1)?.['reason'];

  it('is one when nothing happens meanwhile', async () => {
    expect((await fetch(url)).status).toBe(200);
  });

  it('sends nothing when its URL is revoked meanwhile', async () => {
    meanwhile = () => end(`/signatures/sig_${new URL(url).searchParams.get('sid')}/revoke`);
    expect(await fetched()).toEqual([403, 'refused']);
    expect(await lastCause()).toBe('revoked-meanwhile');
  });

  it('sends nothing when its resource is rotated, or everything beside it taken down, meanwhile', async () => {
    const { rows } = await server.database.pool.query<{ id: string }>(
      'SELECT id FROM resources WHERE path = $1',
      [path],
    );
    meanwhile = () => end(`/resources/${rows[0]?.id}/rotate`);
    expect(await fetched()).toEqual([403, 'refused']);
    url = await server.sign(path);
    meanwhile = () => end('/paths/revoke', { prefix: path.slice(0, -1) });
    expect(await fetched()).toEqual([403, 'refused']);
  });

  it('sends nothing when its owner is revoked meanwhile', async () => {
    meanwhile = () => end('/owners/ada/revoke');
    expect(await fetched()).toEqual([403, 'refused']);
    expect(await lastCause()).toBe('revoked-meanwhile');
    await end('/owners/ada/reinstate');
  });

  it('sends nothing when the lease is over meanwhile', async () => {
    meanwhile = () => Promise.resolve(server.assembly.lease.refuse(databaseBehind('test')));
    expect(await fetched()).toEqual([503, 'database-behind']);
    server.assembly.lease.allow();
    await server.assembly.lease.renew();
  });
});
