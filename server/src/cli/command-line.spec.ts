import { commands } from './commands.ts';
import { CommandFailure } from './exit-codes.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';

describe('the command line', () => {
  const read = (...args: string[]): CommandLine => readCommandLine(args, commands);
  const refusal = (...args: string[]): string => {
    try {
      read(...args);
    } catch (error) {
      if (error instanceof CommandFailure && error.exitCode === 2) return error.message;
      throw error;
    }
    throw new Error(`${args.join(' ')} was taken`);
  };

  it('is a command of one or two words, its argument and its options, in any order', () => {
    for (const args of [
      ['owner', 'revoke', 'ada', '--reason', 'left', '--json'],
      ['owner', 'revoke', '--json', '--reason=left', 'ada'],
      ['owner', 'revoke', '--json', '--reason', 'left', '--', 'ada'],
    ]) {
      const line = read(...args);
      if (line.kind !== 'call') return fail(args.join(' '));
      expect([line.command.name, line.argument, line.json]).toEqual(['owner revoke', 'ada', true]);
      expect(line.options as object).toEqual({
        reason: 'left',
        'dry-run': false,
        tenant: undefined,
        data: undefined,
      });
    }
  });

  it('takes an owner whose id looks like an option after --', () => {
    const line = read('owner', 'status', '--', '--help');
    expect(line.kind === 'call' && line.argument).toBe('--help');
  });

  it('asks for help of the program, of a group and of a command, wherever --help stands', () => {
    const asked = (...args: string[]): string | false => {
      const line = read(...args);
      return line.kind === 'help' && line.words;
    };
    expect([asked(), asked('--help'), asked('-h'), asked('help')]).toEqual(['', '', '', '']);
    expect([asked('owner', '--help'), asked('help', 'owner')]).toEqual(['owner', 'owner']);
    expect([asked('owner', 'revoke', 'ada', '--help'), asked('help', 'owner', 'revoke')]).toEqual([
      'owner revoke',
      'owner revoke',
    ]);
    expect(read('--version').kind).toBe('version');
  });

  it('says what is wrong, and what was probably meant', () => {
    expect(refusal('ownr')).toBe('There is no command "ownr". Did you mean owner?');
    expect(refusal('frobnicate', '--help')).toBe('There is no command "frobnicate".');
    expect(refusal('owner')).toBe('owner is followed by revoke, reinstate, rotate, status or erase.');
    expect(refusal('owner', 'kill', 'ada')).toBe(
      'owner is followed by revoke, reinstate, rotate, status or erase.',
    );
    expect(refusal('owner', 'revoke')).toContain('owner revoke needs ID');
    expect(refusal('owner', 'revoke', 'ada', 'grace')).toContain('"grace" is another');
    expect(refusal('owner', 'revoke', 'ada', '--resaon', 'x')).toContain('Did you mean --reason?');
    expect(refusal('owner', 'revoke', 'ada', '-x')).toContain('knows no -x');
    expect(refusal('owner', 'revoke', 'ada', '--reason')).toBe('--reason needs a value: TEXT.');
    expect(refusal('owner', 'revoke', 'ada', '--reason', '--json')).toBe('--reason needs a value: TEXT.');
    expect(refusal('owner', 'revoke', 'ada', '--tenant=')).toBe('--tenant needs a value: NAME.');
    expect(refusal('owner', 'revoke', 'ada', '--json=yes')).toBe('--json takes no value.');
    expect(refusal('owner', 'revoke', '--tenant', 'a', '--tenant', 'b', 'ada')).toBe(
      '--tenant is given twice.',
    );
    expect(refusal('migrate', 'now')).toBe('migrate takes no "now".');
    expect(refusal('completion', 'tcsh')).toBe('completion takes bash, zsh or fish.');
    expect(refusal('--json')).toBe('Name a command first.');
  });
});
