import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../cli/testing/run-command.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import type { TestServer } from './test-server.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A server that can be killed. */
export interface OtherServer {
  child: ChildProcess;
  origin: string;
  remove(): Promise<void>;
}

/** A real server in a process of its own, on the same database and files. */
export async function startOtherServer(server: TestServer): Promise<OtherServer> {
  const dataDir = await mkdtemp(join(scratchFolder(), 'countersign-other-'));
  await symlink(join(server.dataDir, 'files'), join(dataDir, 'files'));
  const child = spawn(process.execPath, ['--conditions=source', MAIN, '--port', '0'], {
    env: {
      ...cleanEnvironment(),
      ...{ DATABASE_URL: server.database.url, DATA_DIR: dataDir },
      MASTER_SECRET: 'test-master-secret-0123456789-abcdefghij',
      JWT_SECRET: 'test-jwt-secret-0123456789-abcdefghijkl',
      AUDIT_SIGNING_KEY: 'dGVzdC1hdWRpdC1zaWduaW5nLWtleS0wMTIzNDU2Nzg',
      DELIVERY_URL: `${server.origin}/cdn`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complained = '';
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const origin = /^ready (http:\S+)$/m.exec(said)?.[1];
      if (origin) resolve(origin);
    });
  });
  const origin = await Promise.race([ready, once(child, 'close').then(() => undefined)]);
  if (!origin) throw new Error(`the other server did not start: ${complained || said}`);
  return { child, origin, remove: () => rm(dataDir, { recursive: true, force: true }) };
}
