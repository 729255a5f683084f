import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { TestServer } from '../testing/test-server.ts';

describe('GET /health/ready', () => {
  /** @param dates of rows that are in the log before the server starts */
  const readyWith = async (dates: readonly string[]): Promise<unknown> => {
    const server = await TestServer.start({}, async (url) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      for (const date of dates) {
        await client.query(
          `INSERT INTO resource_access_logs (accessed_at, event, writer, batch_no, row_no) VALUES ($1, 'delivery', $2, 0, 0)`,
          [date, randomUUID()],
        );
      }
      await client.end();
      return url;
    });
    const response = await server.call('GET', '/health/ready');
    const told = { http: response.status, ...((await response.json()) as object) };
    await server.stop();
    return told;
  };

  it('says that nothing needs a look', async () => {
    expect(await readyWith([])).toEqual({
      ...{ http: 200, status: 'ready', epoch: 0, strayAuditRows: 0 },
    });
  });

  it('counts audit rows that found no day, and serves on', async () => {
    const told = await readyWith(['2101-01-01', '2102-01-01']);
    expect(told).toEqual(jasmine.objectContaining({ http: 200, status: 'ready', strayAuditRows: 2 }));
  });
});
