import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cleanEnvironment, runCommand } from './testing/run-command.ts';

const run = promisify(execFile);
const ENTRY = fileURLToPath(new URL('./entry.ts', import.meta.url));

describe('the terminal', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-terminal-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** On a terminal that util-linux's `script` makes. */
  const onTerminal = async (variables: Record<string, string> = {}): Promise<string> => {
    const command = `'${process.execPath}' --conditions=source '${ENTRY}' doctor --data '${folder}'`;
    const env = { ...cleanEnvironment(), TERM: 'xterm', ...variables };
    const { stdout } = await run('script', ['-qec', command, '/dev/null'], { env });
    return stdout;
  };

  it('gets colours when a person looks, and none with NO_COLOR, TERM=dumb or in a pipe', async () => {
    try {
      await run('script', ['--version']);
    } catch {
      return pending('needs the program script of util-linux');
    }
    expect(await onTerminal()).toContain('\x1b[32mok');
    expect(await onTerminal({ NO_COLOR: '1' })).not.toContain('\x1b[');
    expect(await onTerminal({ TERM: 'dumb' })).not.toContain('\x1b[');
    expect((await runCommand(['doctor', '--data', folder])).stdout).not.toContain('\x1b[');
  });

  it('shows a stack only to who asks for it with LOG_LEVEL=debug', async () => {
    const args = ['owner', 'status', 'ada', '--data', folder];
    expect((await runCommand(args)).stderr.split('\n').length).toBe(2);
    expect((await runCommand(args, { LOG_LEVEL: 'debug' })).stderr).toContain('    at ');
  });
});
