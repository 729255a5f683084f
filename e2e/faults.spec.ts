import { freshDatabase } from '../server/src/testing/test-database.ts';
import { FAULT_HEADER } from '../server/src/faults.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { dataFolder, startServer } from './testing/server-process.ts';

describe('The faults of the demonstration', () => {
  /** What a server says of its faults, and how it answers a visitor who asks for one. */
  const asked = async (origin: string): Promise<{ offered: number; signed: number }> => {
    const { status: offered } = await fetch(`${origin}/api/demonstration/faults`);
    const { status: signed } = await fetch(`${origin}/api/resources/sign`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [FAULT_HEADER]: '500' },
      body: JSON.stringify({ path: 'public/team/avatar-2.jpg', reason: 'test' }),
    });
    return { offered, signed };
  };

  it('are there in the embedded mode on this machine', async () => {
    const folder = await filledFolder();
    const server = await startServer(folder.path);
    expect(await asked(server.origin)).toEqual({ offered: 200, signed: 500 });
    await server.stop();
    await folder.remove();
  }, 60_000);

  it('are not there when others can reach the server', async () => {
    const folder = await filledFolder();
    const server = await startServer(folder.path, [], {
      HOST: '0.0.0.0',
      DELIVERY_URL: 'http://127.0.0.1:1/cdn',
    });
    const { port } = new URL(server.origin);
    expect(await asked(`http://127.0.0.1:${port}`)).toEqual({ offered: 404, signed: 200 });
    await server.stop();
    await folder.remove();
  }, 60_000);

  it('are not there with a database of somebody’s own', async () => {
    const folder = await dataFolder();
    const database = await freshDatabase();
    const server = await startServer(folder.path, [], {
      DATABASE_URL: database.url,
      MASTER_SECRET: 'master-0123456789-abcdefghijklmnop',
      JWT_SECRET: 'jwt-0123456789-abcdefghijklmnopqrst',
      AUDIT_SIGNING_KEY: 'YXVkaXQtc2lnbmluZy1rZXktMDEyMzQ1Njc4OS1hYmM',
    });
    // There is nothing to sign, which is an answer of the product's own.
    expect(await asked(server.origin)).toEqual({ offered: 404, signed: 403 });
    await server.stop();
    await folder.remove();
    await database.drop();
  }, 60_000);
});
