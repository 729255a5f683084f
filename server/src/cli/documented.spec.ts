import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { commands } from './commands.ts';
import { cleanEnvironment } from './testing/run-command.ts';

const PAGE = new URL('../../../docs/cli.md', import.meta.url);
const LAUNCHER = fileURLToPath(new URL('../../bin/countersign.mjs', import.meta.url));

/** What differs from run to run and from machine to machine, and the widths that follow from it. */
const masked = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b[\w-]{21}[AQgw]\b/g, 'KID')
    .replace(/(?<=acknowledged +)\S+/g, 'HOLDER')
    .replace(/cli:[^\s"]+/g, 'cli:SOMEBODY')
    .replace(/\/\S*?(?=\/files:|\/checkpoints | has )/g, 'DATA')
    .replace(/at 0\d{3}_\w+/g, 'at MIGRATION')
    .replace(/\d+(\.\d+)*/g, 'N')
    .replace(/(ahead of|behind) this/g, 'beside this')
    .replace(/ +/g, ' ')
    .trimEnd();

/** A dozen programs, one after the other. */
const PATIENCE_MS = 180_000;

describe('docs/cli.md', () => {
  let folder: string;
  let server: ChildProcess;
  let page: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    page = await readFile(PAGE, 'utf8');
    folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
    // When this is root, the database's user must get through it.
    await chmod(folder, 0o711);
    await mkdir(join(folder, 'bin'));
    await symlink(LAUNCHER, join(folder, 'bin', 'countersign'));
    env = {
      ...cleanEnvironment(),
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      DATA_DIR: join(folder, 'data'),
    };
    server = spawn('countersign', ['serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    server.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (!/^ready http:\/\/127\.0\.0\.1:\d+$/m.test(said)) {
      const isOver = await Promise.race([
        once(server.stdout ?? server, 'data').then(() => false),
        once(server, 'exit').then(() => true),
      ]);
      if (isOver) throw new Error(`the server ended: ${said}`);
    }
  }, PATIENCE_MS);

  afterAll(async () => {
    server.kill('SIGTERM');
    const [code] = (await once(server, 'exit')) as [number | null];
    expect(code).toBe(0);
    await rm(folder, { recursive: true });
  });

  it(
    'shows what its commands answer, in this order, on a server that was just started',
    async () => {
      const blocks = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
      const examples = blocks.flatMap((block) => block.split(/^\$ /m).slice(1));
      expect(examples.length).toBeGreaterThan(6);
      for (const example of examples) {
        const [command = '', ...lines] = example.split('\n');
        const run = promisify(execFile)('bash', ['-c', `${command} 2>&1; true`], { env, cwd: folder });
        const { stdout } = await run;
        // The first is said to terminals only; whether there is a checkpoint yet is a matter of the minute.
        const isTold = (line: string): boolean => !/^(Committed as|Compared with)/.test(line);
        const told = (text: string): string => masked(text.split('\n').filter(isTold).join('\n'));
        expect(told(stdout))
          .withContext(command)
          .toBe(told(lines.join('\n')));
      }
    },
    PATIENCE_MS,
  );

  it('says how completion is installed, in a way that works', async () => {
    const [, bash = ''] = /^(source .*?) +#/m.exec(page) ?? [];
    const { stdout } = await promisify(execFile)(
      'bash',
      ['--norc', '-c', `${bash}; complete -p countersign`],
      { env },
    );
    expect(stdout.trim()).toBe('complete -F _countersign countersign');
    const [, fish = ''] = /^(countersign completion fish .*?) +#/m.exec(page) ?? [];
    const home = join(folder, 'home');
    await mkdir(join(home, '.config', 'fish', 'completions'), { recursive: true });
    await promisify(execFile)('bash', ['-c', fish], { env: { ...env, HOME: home } });
    const written = await readFile(join(home, '.config/fish/completions/countersign.fish'), 'utf8');
    expect(written).toContain('complete -c countersign');
  });

  it('names every command and every option that filters', () => {
    const missing = commands.map(({ name }) => name).filter((name) => !page.includes(`\`${name}`));
    expect(missing).toEqual([]);
    const search = commands.find(({ name }) => name === 'audit search');
    const filters = Object.keys(search?.options ?? {}).filter((name) => !['tenant', 'data'].includes(name));
    expect(filters.filter((name) => !page.includes(`\`--${name}`))).toEqual([]);
  });
});
