import { SHARED_OPTIONS, type Command, type Option, type Options } from './command.ts';

const PROGRAM = 'countersign';

/** Help of the whole program. */
export function programHelp(commands: readonly Command[]): string {
  const rows = commands.map((command) => [synopsis(command, false), command.says] as const);
  return `Usage: ${PROGRAM} COMMAND [options]

Signed resource URLs that one call can revoke: the server, and what its operator needs.

Commands:
${columns(rows)}
Options:
${columns([
  ['--help', 'show this help, or that of the command before it'],
  ['--version', 'show the version'],
  ['--json', 'write JSON, for programs; every command takes it'],
])}
Exit codes: 0 done, 1 the answer is no, 2 the command line is wrong, 3 it could not run.
The commands read the server's environment variables. All about them: docs/cli.md
`;
}

/** Help of the commands below a word, e.g. of `owner`. */
export function groupHelp(word: string, commands: readonly Command[]): string {
  const rows = commands.map((command) => [synopsis(command, false), command.says] as const);
  return `Usage: ${PROGRAM} ${word} COMMAND [options]

Commands:
${columns(rows)}
${PROGRAM} ${word} COMMAND --help shows the options of one.
`;
}

/** Help of one command. */
export function commandHelp(command: Command): string {
  const { argument, says, details } = command;
  const argumentRows = argument ? [[argument.name, argument.says + choicesOf(argument)] as const] : [];
  const optionRows = Object.entries(allOptions(command)).map(
    ([name, option]) => [optionName(name, option), option.says + choicesOf(option)] as const,
  );
  return `Usage: ${PROGRAM} ${synopsis(command, true)}

${says}.
${details ? `\n${details}\n` : ''}
${columns([...argumentRows, ...optionRows])}`;
}

/** Options of a command, those that every command takes included. */
export function allOptions(command: Command): Options {
  return { ...command.options, ...SHARED_OPTIONS };
}

function synopsis(command: Command, withOptions: boolean): string {
  const argument = command.argument ? ` ${command.argument.name}` : '';
  return `${command.name}${argument}${withOptions ? ' [options]' : ''}`;
}

function optionName(name: string, { value }: Option): string {
  return `--${name}${value ? ` ${value}` : ''}`;
}

function choicesOf({ choices }: { choices?: readonly string[] }): string {
  return choices ? `: ${choices.join(', ')}` : '';
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}
