import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isRunning, localDatabaseUrl, postmaster } from './testing/local-database.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { ServerProcess, startServer } from './testing/server-process.ts';

const SIGNS = 2000;
const AT_ONCE = 50;
/** One person asks for more than one person may. */
const UNLIMITED = { RATE_LIMITS: 'sign=off,signatures=off' };

describe('a server that is killed while it signs', () => {
  let folder: Awaited<ReturnType<typeof filledFolder>>;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = await filledFolder();
    server = await startServer(folder.path, [], UNLIMITED);
  });

  afterAll(async () => {
    await server.stop();
    await folder.remove();
  });

  it('has the audit row of every URL that a client received', async () => {
    const token = await server.signIn('ada');
    const received = new Set<string>();
    let sent = 0;
    let killed: Promise<void> | undefined;
    const client = async (): Promise<void> => {
      while (sent < SIGNS) {
        const number = sent++;
        try {
          const { signatureId } = await server.post<{ signatureId: string }>(
            '/api/resources/sign',
            // The lifetime and the path vary, so that the signature ids do.
            {
              path: `public/team/avatar-${(number % 12) + 1}.jpg`,
              expiryMinutes: (number % 60) + 1,
              reason: `burst_${number}`,
            },
            token,
          );
          received.add(`${signatureId} burst_${number}`);
        } catch {
          return;
        }
        if (received.size === SIGNS / 2) killed = server.kill();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    await killed;
    expect(received.size).toBeGreaterThanOrEqual(SIGNS / 2);
    expect(received.size).toBeLessThan(SIGNS);

    server = await startServer(folder.path, [], UNLIMITED);
    const admin = await server.signIn('admin');
    const recorded = new Set<string>();
    let cursor = '';
    do {
      const page: { items: { signatureId: string; reason: string }[]; nextCursor: string | null } =
        await server.get(`/api/audit/logs?event=issuance&limit=200${cursor && `&cursor=${cursor}`}`, admin);
      for (const { signatureId, reason } of page.items) recorded.add(`${signatureId} ${reason}`);
      cursor = page.nextCursor ?? '';
    } while (cursor);
    const missing = [...received].filter((row) => !recorded.has(row));
    expect(missing).toEqual([]);
  });

  it('has the row of every delivery that a client received', async () => {
    const token = await server.signIn('ada');
    const { url } = await server.post<{ url: string }>(
      '/api/resources/sign',
      { path: 'public/team/avatar-3.jpg', reason: 'deliver' },
      token,
    );
    let received = 0;
    let killed: Promise<void> | undefined;
    const client = async (): Promise<void> => {
      while (!killed) {
        try {
          const response = await fetch(url);
          await response.arrayBuffer();
          received += 1;
        } catch {
          return;
        }
        if (received >= 500) killed ??= server.kill();
      }
    };
    await Promise.all(Array.from({ length: 20 }, client));
    await killed;

    server = await startServer(folder.path, [], UNLIMITED);
    const admin = await server.signIn('admin');
    let delivered = 0;
    let cursor = '';
    do {
      const page: { items: unknown[]; nextCursor: string | null } = await server.get(
        `/api/audit/logs?event=delivery&path=public/team/avatar-3.jpg&limit=200${cursor && `&cursor=${cursor}`}`,
        admin,
      );
      delivered += page.items.length;
      cursor = page.nextCursor ?? '';
    } while (cursor);
    expect(delivered).toBeGreaterThanOrEqual(received);
  });
});

describe('the local PostgreSQL', () => {
  it('answers the query of specification 001 to the auditor role', async () => {
    const folder = await filledFolder();
    const server = await startServer(folder.path);
    try {
      const token = await server.signIn('ada');
      await server.post(
        '/api/resources/sign',
        { path: 'public/team/avatar-2.jpg', reason: 'audited' },
        token,
      );
      const client = new pg.Client({ connectionString: await localDatabaseUrl(folder.path) });
      await client.connect();
      await client.query('SET ROLE auditor');
      const { rows } = await client.query(
        `SELECT * FROM resource_access_logs
          WHERE resource_path = 'public/team/avatar-2.jpg'
            AND accessed_at > NOW() - INTERVAL '30 days'`,
      );
      await expectAsync(client.query('DELETE FROM resource_access_logs')).toBeRejectedWithError(
        /permission denied/,
      );
      await client.end();
      expect(rows).toEqual([
        jasmine.objectContaining({ event: 'resource-created' }),
        jasmine.objectContaining({ event: 'issuance', actor: 'ada', owner: 'ada', reason: 'audited' }),
      ]);
    } finally {
      await server.stop();
      await folder.remove();
    }
  });
});

describe('a server whose PostgreSQL is killed', () => {
  it('starts it again, and loses neither keys nor rows nor revocations', async () => {
    const folder = await filledFolder();
    const server = await startServer(folder.path);
    try {
      const token = await server.signIn('ada');
      const body = { path: 'public/team/avatar-2.jpg', reason: 'before' };
      const { url } = await server.post<{ url: string }>('/api/resources/sign', body, token);
      const graces = { path: 'public/team/avatar-1.jpg', reason: 'before' };
      const kept = await server.post<{ url: string }>('/api/resources/sign', graces, token);
      await server.post('/api/owners/ada/revoke', {}, await server.signIn('admin'));

      const { pid } = await postmaster(folder.path);
      process.kill(pid, 'SIGKILL');
      const isBack = async (): Promise<boolean> =>
        (await server
          .post('/api/resources/sign', { ...graces, reason: 'after' }, token)
          .catch(() => undefined)) !== undefined;
      // Its children answer for a moment longer than it lives.
      const isAnother = (): Promise<boolean> =>
        postmaster(folder.path).then(
          (now) => now.pid > 0 && now.pid !== pid,
          () => false,
        );
      while (!(await isAnother())) await sleep(20);
      while (!(await isBack())) await sleep(100);

      while ((await fetch(kept.url)).status === 503) await sleep(100);
      expect((await fetch(kept.url)).status).toBe(200);
      expect((await fetch(url)).status).toBe(403);
      const rows = await server.get<{ items: { reason: string | null }[] }>(
        '/api/audit/logs?event=issuance',
        await server.signIn('admin'),
      );
      const reasons = rows.items.map(({ reason }) => reason);
      expect(reasons.filter((reason) => reason === 'before').length).toBe(2);
      expect(reasons).toContain('after');
    } finally {
      const again = await postmaster(folder.path);
      expect(await server.stop()).toBe(0);
      expect(await isRunning(again.pid)).toBe(false);
      await folder.remove();
    }
  });
});
