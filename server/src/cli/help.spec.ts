import { readFile, writeFile } from 'node:fs/promises';
import { commands } from './commands.ts';
import { commandHelp, groupHelp, programHelp } from './help.ts';
import { runCommand } from './testing/run-command.ts';

const GOLDEN = new URL('./help.golden.txt', import.meta.url);

/** Every help text, as it was reviewed last; `WRITE_GOLDEN=1 npm test -- help` takes over what changed. */
function everyHelp(): string {
  const groups = [
    ...new Set(
      commands.map(({ name }) => name.split(' ')).flatMap(([word, second]) => (second ? [word ?? ''] : [])),
    ),
  ];
  return [
    programHelp(commands),
    ...groups.map((word) =>
      groupHelp(
        word,
        commands.filter(({ name }) => name.startsWith(`${word} `)),
      ),
    ),
    ...commands.map(commandHelp),
  ].join(`\n${'='.repeat(100)}\n\n`);
}

describe('the help', () => {
  it('is what was reviewed', async () => {
    if (process.env['WRITE_GOLDEN']) await writeFile(GOLDEN, everyHelp());
    expect(everyHelp()).toBe(await readFile(GOLDEN, 'utf8'));
  });

  it('fits into 110 columns, and says every option in one line', () => {
    const long = everyHelp()
      .split('\n')
      .filter((line) => line.length > 110);
    expect(long).toEqual([]);
  });

  it('comes from the program itself, with exit code 0 and nothing on stderr', async () => {
    const [whole, command, version] = await Promise.all([
      runCommand(['--help']),
      runCommand(['owner', 'revoke', '--help']),
      runCommand(['--version', '--json']),
    ]);
    expect(whole).toEqual({ code: 0, stdout: programHelp(commands), stderr: '' });
    expect([command.code, command.stdout.startsWith('Usage: countersign owner revoke ID')]).toEqual([
      0,
      true,
    ]);
    expect(JSON.parse(version.stdout)).toEqual({ version: jasmine.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it('is pointed to when the command line is wrong: exit code 2, one line, and JSON where it was asked for', async () => {
    const [text, json] = await Promise.all([runCommand(['ownr']), runCommand(['ownr', '--json'])]);
    expect(text).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no command "ownr". Did you mean owner? See countersign --help.\n',
    });
    expect([json.code, JSON.parse(json.stderr)]).toEqual([
      2,
      { error: { code: 'usage', message: 'There is no command "ownr". Did you mean owner?' } },
    ]);
  });
});
