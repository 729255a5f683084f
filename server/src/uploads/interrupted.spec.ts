import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../platform/free-port.ts';
import { scratchFolder } from '../platform/testing/scratch-folder.ts';
import { FailingLine } from '../testing/failing-line.ts';
import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { deliveredHash, largeFile, uploadInterrupted } from './testing/interrupted-upload.ts';
import { ServerProcess } from './testing/server-process.ts';

const MEMORY = 250e6;
const isLong = Number(process.env['SCALE'] ?? 1) > 1;
const MEBIBYTES = isLong ? 1024 : 64;
const INTERRUPTIONS = isLong ? { clients: 8, lines: 8, servers: 4 } : { clients: 9, lines: 9, servers: 2 };

describe('A resumable upload that is interrupted twenty times', () => {
  let database: TestDatabase;
  let dataDir: string;
  let server: ServerProcess;
  let line: FailingLine;

  beforeAll(async () => {
    database = await freshDatabase();
    dataDir = await mkdtemp(join(scratchFolder(), 'countersign-data-'));
    const port = await freePort();
    line = await FailingLine.to(port);
    server = new ServerProcess(port, {
      ...{ DATABASE_URL: database.url, DATA_DIR: dataDir, MAX_UPLOAD_BYTES: String(2 ** 31) },
    });
    await server.start();
  });

  afterAll(async () => {
    await line.close();
    await server.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('by killed clients, killed servers and a broken line arrives byte for byte, in little memory', async () => {
    if (!existsSync('/usr/bin/curl')) pending('needs curl');
    const file = await largeFile(MEBIBYTES);
    try {
      const { id, interruptions } = await uploadInterrupted(file, { server, line }, INTERRUPTIONS);
      // Until the upload is complete: what is delivered afterwards is another matter.
      const peak = server.peak();
      expect(interruptions).toBe(20);
      expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThan(MEMORY);
      expect(await deliveredHash(server, id)).toBe(file.sha256);
    } finally {
      await file.remove();
    }
  });
});
