import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { pino } from 'pino';
import { openPools } from './database-pools.ts';
import { migrate } from './platform/migrate.ts';
import { StartError } from './platform/start-error.ts';
import { shortLog } from './platform/testing/short-log.ts';
import { connected, databasePage, DocumentedDatabase } from './testing/documented-database.ts';
import { ada, admin, TestServer } from './testing/test-server.ts';

const ROLES = ['app', 'holder', 'audit_writer', 'auditor', 'eraser'];
const PHOTO = 'public/team/a.png';
const silent = pino({ level: 'silent' });

describe('A database set up as docs/database.md says', () => {
  let database: DocumentedDatabase;

  const codeOf = (refused: Promise<unknown>): Promise<string | undefined> =>
    refused.then(
      () => undefined,
      (error: unknown) => (error as { code?: string }).code,
    );

  beforeAll(async () => {
    database = await DocumentedDatabase.start();
  });

  afterAll(() => database.stop());
  afterEach(() => database.clear());

  describe('with two logins', () => {
    beforeEach(() => database.run());

    it('runs a whole server: upload, sign, deliver, list, revoke, search', async () => {
      const shop = await TestServer.start({ databaseMigrationUrl: database.ownerUrl }, () =>
        Promise.resolve(database.serverUrl),
      );
      await shop.addPhoto(PHOTO, ada);
      const url = await shop.sign(PHOTO);
      expect((await fetch(url)).status).toBe(200);
      const owners = await shop.call('GET', '/api/owners', { as: admin });
      expect(((await owners.json()) as { items: unknown[] }).items.length).toBe(1);
      const stranger = { ...admin, tenantId: 'other' };
      const ofOther = await shop.call('GET', '/api/owners', { as: stranger });
      expect(((await ofOther.json()) as { items: unknown[] }).items).toEqual([]);
      expect((await shop.call('POST', '/api/owners/ada/revoke', { as: admin })).status).toBe(200);
      expect((await fetch(url)).status).toBe(403);
      const logs = await shop.call('GET', '/api/audit/logs?limit=200', { as: admin });
      const { items } = (await logs.json()) as { items: { event: string }[] };
      expect(items.map(({ event }) => event)).toEqual(
        jasmine.arrayContaining(['resource-created', 'issuance', 'key-revoked']),
      );
      const { rows } = await connected(database.superuserUrl, (client) =>
        client.query<{ rows: number }>('SELECT count(*)::int AS rows FROM resource_access_logs_default'),
      );
      expect(rows).toEqual([{ rows: 0 }]);
      await shop.stop();
    });

    it('gives the login of the server nothing of its own, and no way to the owner', async () => {
      await migrate(database.ownerUrl, shortLog());
      const url = `${database.serverUrl}?options=${encodeURIComponent('-c role=app')}`;
      await connected(url, async (client) => {
        const role = async (): Promise<unknown> =>
          (await client.query<{ role: string }>('SELECT current_user AS role')).rows[0]?.role;
        await client.query('RESET ROLE');
        expect(await role()).toBe('app');
        for (const name of ['countersign_owner', database.superuserName, 'pg_read_all_data']) {
          expect(await codeOf(client.query(`SET ROLE ${name}`))).toBe('42501');
          expect(await codeOf(client.query(`SET SESSION AUTHORIZATION ${name}`))).toBe('42501');
        }
        await client.query('SET ROLE NONE');
        expect(await role()).toBe('countersign_server');
        for (const statement of [
          'SELECT * FROM owners',
          'SELECT * FROM resource_access_logs',
          'DELETE FROM resource_access_logs',
          'ALTER TABLE owners DISABLE ROW LEVEL SECURITY',
          'DROP TABLE epoch_log',
          'CREATE TABLE mine (n integer)',
          'GRANT countersign_owner TO countersign_server',
          'ALTER ROLE countersign_server BYPASSRLS',
        ]) {
          expect(await codeOf(client.query(statement)))
            .withContext(statement)
            .toBe('42501');
        }
      });
    });

    it('hides the rows of tenants from the owner too, and lets no migration pass over them unseen', async () => {
      await migrate(database.ownerUrl, shortLog());
      await connected(database.ownerUrl, async (client) => {
        await client.query(`SELECT set_config('countersign.tenant', 'acme', false)`);
        await client.query(`SET ROLE NONE`);
        expect(await codeOf(client.query(`INSERT INTO owners VALUES ('acme', 'ada', 'Ada')`))).toBe('42501');
        expect((await client.query('SELECT * FROM owners')).rows).toEqual([]);
        // As migrate() has it, and the connections that make partitions.
        await client.query('SET row_security = off');
        expect(await codeOf(client.query(`UPDATE owners SET display_name = 'x'`))).toBe('42501');
      });
      const pools = await openPools(addresses(database.serverUrl, database.ownerUrl), silent);
      expect(await codeOf(pools.owner.query('SELECT * FROM resource_access_logs'))).toBe('42501');
      expect((await pools.owner.query('SELECT * FROM resource_access_logs_default')).rows).toEqual([]);
      await pools.end();
    });

    it('lets a person read the audit under their own name', async () => {
      await migrate(database.ownerUrl, shortLog());
      await database.run([
        `CREATE ROLE jane LOGIN PASSWORD 'hers'`,
        'GRANT auditor TO jane',
        'GRANT CONNECT ON DATABASE countersign_shop TO jane',
      ]);
      await connected(database.superuserUrl, (client) =>
        client.query(
          `INSERT INTO resource_access_logs (accessed_at, event, tenant_id, writer, batch_no, row_no)
           VALUES (now(), 'delivery', 'acme', gen_random_uuid(), 0, 0)`,
        ),
      );
      await connected(database.address('jane', 'hers'), async (client) => {
        expect((await client.query('SELECT tenant_id FROM resource_access_logs')).rows).toEqual([
          { tenant_id: 'acme' },
        ]);
        expect(await codeOf(client.query('DELETE FROM resource_access_logs'))).toBe('42501');
        expect(await codeOf(client.query('SELECT * FROM owners'))).toBe('42501');
      });
    });

    it('lets the owner see every row for a backup while FORCE is lifted as the page says, and not before', async () => {
      await migrate(database.ownerUrl, shortLog());
      const lift = /```sql\n(ALTER TABLE owners NO FORCE [^`]*)```/.exec(databasePage())?.[1] ?? '';
      await connected(database.ownerUrl, async (client) => {
        const { rows: held } = await client.query<{ name: string }>(
          `SELECT relname AS name FROM pg_class WHERE relforcerowsecurity`,
        );
        // As pg_dump does it.
        await client.query('SET row_security = off');
        for (const { name } of held) expect(await codeOf(client.query(`SELECT FROM ${name}`))).toBe('42501');
        await client.query(lift);
        for (const { name } of held) expect((await client.query(`SELECT FROM ${name}`)).rows).toEqual([]);
        await client.query(lift.replaceAll('NO FORCE', 'FORCE'));
        for (const { name } of held) expect(await codeOf(client.query(`SELECT FROM ${name}`))).toBe('42501');
        expect(held.length).toBeGreaterThanOrEqual(6);
      });
    });

    it('cancels its own statements and nobody else’s', async () => {
      await migrate(database.ownerUrl, shortLog());
      const pools = await openPools(addresses(database.serverUrl, database.ownerUrl), silent);
      const { connection, end } = await pools.tenants.reading('acme', { statement_timeout: 60_000 });
      const { rows } = await connection.query<{ pid: number; wait: string }>(
        `SELECT pg_backend_pid() AS pid, current_setting('statement_timeout') AS wait`,
      );
      expect(rows[0]!.wait).toBe('1min');
      let isOver = false;
      const sleeping = codeOf(connection.query('SELECT pg_sleep(50)')).finally(() => (isOver = true));
      // The first may come before there is anything to cancel.
      while (!isOver) await pools.tenants.cancel(rows[0]!.pid);
      expect(await sleeping).toBe('57014');
      end();
      const ours = await database.superuser.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(await codeOf(pools.tenants.cancel(ours.rows[0]!.pid))).toBe('42501');
      await pools.end();
    });

    it('starts without the roles that it seldom needs', async () => {
      await migrate(database.ownerUrl, shortLog());
      await database.superuser.query('REVOKE eraser, auditor FROM countersign_server');
      await (await openPools(addresses(database.serverUrl, database.ownerUrl), silent)).end();
    });

    it('names the address to change when its login is not the owner, or has another password', async () => {
      await expectAsync(migrate(database.serverUrl, shortLog())).toBeRejectedWithError(
        StartError,
        /permission denied.*Set DATABASE_MIGRATION_URL/,
      );
      await migrate(database.ownerUrl, shortLog());
      await expectAsync(migrate(database.serverUrl, shortLog())).toBeRejectedWithError(
        StartError,
        /permission denied.*Set DATABASE_MIGRATION_URL/,
      );
      const wrong = database.address('countersign_server', 'wrong');
      await expectAsync(openPools(addresses(wrong, database.ownerUrl), silent)).toBeRejectedWithError(
        StartError,
        /as countersign_server: password authentication failed.*Look at DATABASE_URL\.$/,
      );
      const direct = { ...addresses(database.serverUrl, database.ownerUrl), databaseDirectUrl: wrong };
      await expectAsync(openPools(direct, silent)).toBeRejectedWithError(
        StartError,
        /Look at DATABASE_DIRECT_URL\.$/,
      );
    });

    for (const role of ['app', 'holder', 'audit_writer']) {
      it(`does not start when the login is no member of ${role}, and says what to grant`, async () => {
        await migrate(database.ownerUrl, shortLog());
        await database.superuser.query(`REVOKE ${role} FROM countersign_server`);
        await expectAsync(
          openPools(addresses(database.serverUrl, database.ownerUrl), silent),
        ).toBeRejectedWithError(
          StartError,
          new RegExp(
            `countersign_server may not act as ${role} .*GRANT app, holder, audit_writer TO countersign_server`,
          ),
        );
      });

      it(`does not start when ${role} bypasses row level security`, async () => {
        await migrate(database.ownerUrl, shortLog());
        await database.superuser.query(`ALTER ROLE ${role} BYPASSRLS`);
        await expectAsync(
          openPools(addresses(database.serverUrl, database.ownerUrl), silent),
        ).toBeRejectedWithError(StartError, new RegExp(`${role} bypasses row level security`));
      });
    }
  });

  it('is set up by an administrator who is no superuser, as managed PostgreSQL has it', async () => {
    await database.superuser.query(`CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'`);
    await connected(database.address('manager', 'managed', 'postgres'), async (client) => {
      for (const line of database.recipe()) {
        if (line.startsWith('CREATE DATABASE')) {
          await client.query('GRANT countersign_owner TO CURRENT_USER');
        }
        await client.query(line);
      }
    });
    await migrate(database.ownerUrl, shortLog());
    await (await openPools(addresses(database.serverUrl, database.ownerUrl), silent)).end();
  });

  it('is set up by its first start when its one login may create roles', async () => {
    await database.run([
      `CREATE ROLE single LOGIN CREATEROLE PASSWORD 'one'`,
      'CREATE DATABASE countersign_shop OWNER single',
    ]);
    const url = database.address('single', 'one');
    const shop = await TestServer.start({}, () => Promise.resolve(url));
    await shop.addPhoto(PHOTO, ada);
    expect((await fetch(await shop.sign(PHOTO))).status).toBe(200);
    await shop.stop();
  });

  it('makes its roles once when the servers of several databases start together', async () => {
    await database.superuser.query(`CREATE ROLE single LOGIN CREATEROLE PASSWORD 'one'`);
    const names = ['countersign_shop', 'countersign_b', 'countersign_c', 'countersign_d'];
    for (const name of names) await database.superuser.query(`CREATE DATABASE ${name} OWNER single`);
    await Promise.all(names.map((name) => migrate(database.address('single', 'one', name), shortLog())));
    const { rows } = await database.superuser.query('SELECT FROM pg_roles WHERE rolname = ANY($1)', [ROLES]);
    expect(rows.length).toBe(ROLES.length);
    for (const name of names.slice(1)) await database.superuser.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  const foreign: [what: string, statements: string[], says: RegExp][] = [
    ['logs in', [`CREATE ROLE app LOGIN PASSWORD 'theirs'`], /the role app exists and can log in/],
    ['bypasses row level security', ['CREATE ROLE holder BYPASSRLS'], /the role holder exists and bypasses/],
    [
      'has the rights of somebody else',
      ['CREATE ROLE eraser', 'GRANT pg_read_all_data TO eraser'],
      /the role eraser exists and has the rights of pg_read_all_data/,
    ],
  ];
  for (const [what, statements, says] of foreign) {
    it(`refuses to share a role that ${what}`, async () => {
      await database.run([...statements, 'CREATE DATABASE countersign_shop']);
      const url = database.superuserUrl;
      await expectAsync(migrate(url, shortLog())).toBeRejectedWithError(StartError, says);
    });
  }

  it('says who has to make the roles when the owner may not', async () => {
    await database.run([
      `CREATE ROLE single LOGIN PASSWORD 'one'`,
      'CREATE ROLE auditor',
      'CREATE DATABASE countersign_shop OWNER single',
    ]);
    await expectAsync(migrate(database.address('single', 'one'), shortLog())).toBeRejectedWithError(
      StartError,
      /there is no role app, and single may not create it.*docs\/database\.md/,
    );
  });

  it('does not start when the role of a connection gets lost on the way', async () => {
    await database.run();
    await migrate(database.ownerUrl, shortLog());
    const pooler = await forgetfulPooler(database.port);
    const through = new URL(database.serverUrl);
    through.port = String((pooler.address() as AddressInfo).port);
    await expectAsync(openPools(addresses(through.href, database.ownerUrl), silent)).toBeRejectedWithError(
      StartError,
      /act as countersign_server instead of holder: .*DATABASE_DIRECT_URL/,
    );
    const direct = { ...addresses(through.href, database.ownerUrl), databaseDirectUrl: database.serverUrl };
    await (await openPools(direct, silent)).end();
    await new Promise((resolve) => pooler.close(resolve));
  });
});

function addresses(
  databaseUrl: string,
  databaseMigrationUrl: string,
): { databaseUrl: string; databaseDirectUrl: string; databaseMigrationUrl: string } {
  return { databaseUrl, databaseDirectUrl: databaseUrl, databaseMigrationUrl };
}

/** Takes the options out of the first message of every connection, as a pooler with `ignore_startup_parameters` does. */
async function forgetfulPooler(port: number): Promise<Server> {
  const pooler = createServer((client) => {
    const database = connect(port, '127.0.0.1');
    client.once('data', (message) => {
      // Length, version, then names and values.
      const pairs = message.toString('latin1', 8).replace(/options\0[^\0]*\0/, '');
      const shorter = Buffer.concat([message.subarray(0, 8), Buffer.from(pairs, 'latin1')]);
      shorter.writeInt32BE(shorter.length, 0);
      database.write(shorter);
      client.pipe(database);
    });
    database.pipe(client);
    for (const socket of [client, database]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => pooler.listen(0, '127.0.0.1', resolve));
  return pooler;
}
