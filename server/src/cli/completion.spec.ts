import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';
import { commands } from './commands.ts';
import { allOptions } from './help.ts';
import { runCommand } from './testing/run-command.ts';

const run = promisify(execFile);

/** Whether a shell is on this machine. */
const has = (shell: string): Promise<boolean> =>
  run(shell, ['-c', 'exit 0']).then(
    () => true,
    () => false,
  );

describe('the completion', () => {
  let folder: string;
  let script: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-completion-'));
    script = join(folder, 'countersign.bash');
    await writeFile(script, bashCompletion(commands));
  });

  afterAll(() => rm(folder, { recursive: true }));

  /** What a real bash offers after these words; the last is the one being typed. */
  const offered = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await run(
      'bash',
      [
        '--norc',
        '-c',
        'source "$1"; shift; COMP_WORDS=(countersign "$@"); COMP_CWORD=$#; _countersign; printf "%s\\n" "${COMPREPLY[@]}"',
        'bash',
        script,
        ...words,
      ],
      { cwd: folder },
    );
    return stdout.split('\n').filter(Boolean).sort();
  };

  it('of bash registers itself, without the package bash-completion', async () => {
    const { stdout, stderr } = await run('bash', [
      '--norc',
      '-c',
      'source "$1"; complete -p countersign',
      'bash',
      script,
    ]);
    expect([stdout.trim(), stderr]).toEqual(['complete -F _countersign countersign', '']);
  });

  it('of bash offers commands, the words of a group, options, and the values that are known', async () => {
    expect(await offered('')).toEqual(
      [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? '')), '--help', '--version'].sort(),
    );
    expect(await offered('ow')).toEqual(['owner']);
    expect(await offered('owner', '')).toEqual(['erase', 'reinstate', 'revoke', 'rotate', 'status']);
    expect(await offered('owner', 'revoke', 'ada', '--r')).toEqual(['--reason']);
    expect(await offered('completion', '')).toContain('fish');
    expect(await offered('owner', 'revoke', '--reason', '')).toEqual([]);
    expect(await offered('serve', '--data', folder.slice(0, -2))).toEqual([folder]);
  });

  it('of bash knows every option of every command', async () => {
    for (const command of commands) {
      const known = await offered(...command.name.split(' '), '--');
      expect([command.name, known]).toEqual([
        command.name,
        Object.keys(allOptions(command))
          .map((name) => `--${name}`)
          .sort(),
      ]);
    }
  });

  it('is printed by the program', async () => {
    expect(await runCommand(['completion', 'bash'])).toEqual({
      code: 0,
      stdout: bashCompletion(commands),
      stderr: '',
    });
  });

  it('of zsh is a script that zsh takes, and registers itself', async () => {
    if (!(await has('zsh'))) return pending('needs zsh');
    const file = join(folder, '_countersign');
    await writeFile(file, zshCompletion(commands));
    const { stdout, stderr } = await run('zsh', [
      '-f',
      '-c',
      'autoload -Uz compinit; compinit -D -u; source "$1"; print -r -- $_comps[countersign]',
      'zsh',
      file,
    ]);
    expect([stdout.trim(), stderr]).toEqual(['_countersign', '']);
  });

  it('of fish offers the words of a group and the options of a command', async () => {
    if (!(await has('fish'))) return pending('needs fish');
    const file = join(folder, 'countersign.fish');
    await writeFile(file, fishCompletion(commands));
    const words = async (typed: string): Promise<string[]> => {
      const { stdout } = await run('fish', ['--no-config', '-c', `source ${file}; complete -C '${typed}'`]);
      return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
    };
    expect((await words('countersign owner ')).sort()).toEqual([
      'erase',
      'reinstate',
      'revoke',
      'rotate',
      'status',
    ]);
    expect(await words('countersign owner revoke --rea')).toEqual(['--reason']);
  });
});
