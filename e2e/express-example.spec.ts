import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../server/src/platform/free-port.ts';
import { freshDatabase } from '../server/src/testing/test-database.ts';
import { dataFolder } from './testing/server-process.ts';

const PAGE = new URL('../docs/getting-started.md', import.meta.url);
// Inside the repository, because the example imports packages by their names.
const ARTIFACTS = fileURLToPath(new URL('artifacts', import.meta.url));

describe('the Express app of docs/getting-started.md', () => {
  it('starts as it stands, answers its own route and ours, and ends on SIGTERM', async () => {
    const example = /<!-- example: app\.mjs -->\s+```js\n([\s\S]*?)```/.exec(
      await readFile(PAGE, 'utf8'),
    )?.[1];
    const database = await freshDatabase();
    const folder = await dataFolder();
    const file = join(ARTIFACTS, `app-${process.pid}.mjs`);
    await mkdir(ARTIFACTS, { recursive: true });
    await writeFile(file, example ?? '');
    const port = await freePort();
    const app = spawn(process.execPath, ['--conditions=source', file], {
      env: {
        ...process.env,
        PORT: String(port),
        DATABASE_URL: database.url,
        DATA_DIR: folder.path,
        MASTER_SECRET: 'example-master-secret-0123456789-abcdef',
        JWT_SECRET: 'example-jwt-secret-0123456789-abcdefgh',
        AUDIT_SIGNING_KEY: 'YXVkaXQtc2lnbmluZy1rZXktMDEyMzQ1Njc4OS1hYmM',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(app, 'exit');
    try {
      const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
      let ready = false;
      while (!ready && app.exitCode === null) {
        ready = await get('/health/ready').then(
          ({ status }) => status === 200,
          () => false,
        );
        if (!ready) await sleep(20);
      }
      expect(ready).toBe(true);
      expect(await (await get('/hello')).text()).toBe('a route of my own');
      expect((await get('/cdn/public/team/avatar-2.jpg')).status).toBe(403);
      app.kill('SIGTERM');
      expect((await ended)[0]).toBe(0);
    } finally {
      app.kill('SIGKILL');
      await ended;
      await database.drop();
      await folder.remove();
      await rm(file);
    }
  });
});
