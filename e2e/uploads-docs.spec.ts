import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { scratchFolder } from '../server/src/platform/testing/scratch-folder.ts';
import { pngOf } from '../server/src/testing/pictures.ts';
import { ada, TestServer } from '../server/src/testing/test-server.ts';
import { ReadmeBlocks } from './testing/readme-blocks.ts';

const run = promisify(execFile);
const PAGE = new URL('../docs/uploads.md', import.meta.url);
// Inside the repository, because the example imports a package by its name.
const ARTIFACTS = fileURLToPath(new URL('artifacts', import.meta.url));

describe('docs/uploads.md', () => {
  let server: TestServer;
  let blocks: ReadmeBlocks;
  let folder: string;
  let variables: NodeJS.ProcessEnv;

  beforeAll(async () => {
    server = await TestServer.start();
    blocks = (await ReadmeBlocks.read(PAGE, 'example')).at({ 'https://countersign.example': server.origin });
    folder = await mkdtemp(join(scratchFolder(), 'countersign-docs-'));
    await mkdir(ARTIFACTS, { recursive: true });
    const file = join(folder, 'plan.png');
    await writeFile(file, pngOf(700_000));
    variables = { ...process.env, FILE: file, TOKEN: server.tokenOf(ada) };
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const newest = async (): Promise<{ id: string; path: string; status: string; size: number }> => {
    const response = await server.call('GET', '/api/resources?sort=newest&limit=1', { as: ada });
    const { items } = (await response.json()) as {
      items: [{ id: string; path: string; status: string; size: number }];
    };
    return items[0];
  };
  const expectArrived = async (): Promise<void> => {
    const { path, status, size } = await newest();
    expect([status, size]).toEqual(['completed', 700_000]);
    const delivered = await fetch(await server.sign(path));
    const sent = readFileSync(variables['FILE'] ?? '');
    expect(Buffer.from(await delivered.arrayBuffer()).equals(sent)).toBeTrue();
  };

  it('uploads with curl as it says', async () => {
    if (!existsSync('/usr/bin/curl')) pending('needs curl');
    await run('sh', ['-eu', '-c', blocks.get('curl')], { env: variables });
    await expectArrived();
  });

  it('uploads with tus-js-client as it says', async () => {
    const file = join(ARTIFACTS, `${process.pid}-tus.mjs`);
    await writeFile(file, blocks.get('tus.mjs'));
    try {
      const { stdout, stderr } = await run(process.execPath, [file], { env: variables });
      expect(stderr).toBe('');
      expect(stdout.trim()).toBe((await newest()).id);
      await expectArrived();
    } finally {
      await rm(file);
    }
  });
});
