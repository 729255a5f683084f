import { parseArgs } from 'node:util';
import type { Command, Options, Values } from './command.ts';
import { usage } from './exit-codes.ts';
import { allOptions } from './help.ts';

/** What somebody typed, understood. */
export type CommandLine =
  | { kind: 'version' }
  | { kind: 'help'; words: string; command: Command | undefined }
  | { kind: 'call'; command: Command; argument: string; options: Values<Options>; json: boolean };

/**
 * @param args without the program's name
 * @throws CommandFailure (usage) that names what is wrong
 */
export function readCommandLine(args: readonly string[], commands: readonly Command[]): CommandLine {
  const end = args.indexOf('--');
  const before = end < 0 ? args : args.slice(0, end);
  const isHelp = before.length === 0 || before.includes('--help') || before.includes('-h');
  const words = leadingWords(before[0] === 'help' ? before.slice(1) : before);
  const command = commandOf(words, commands);
  if (isHelp || before[0] === 'help') {
    const group = commands.some(({ name }) => name.startsWith(`${words[0]} `)) ? words[0] : undefined;
    if (!command && !group && words.length > 0) throw unknownCommand(words, commands);
    return { kind: 'help', words: command?.name ?? group ?? '', command };
  }
  if (before.includes('--version')) return { kind: 'version' };
  if (!command) throw unknownCommand(words, commands);
  return { kind: 'call', command, ...valuesOf(command, args.slice(command.name.split(' ').length)) };
}

function valuesOf(
  command: Command,
  args: string[],
): { argument: string; options: Values<Options>; json: boolean } {
  const known = allOptions(command);
  const { values, positionals, tokens } = parsed(command, known, args);
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    // The last would win in silence, and somebody's first owner would be forgotten.
    if (seen.has(token.name)) throw usage(`--${token.name} is given twice.`);
    seen.add(token.name);
  }
  for (const [name, { choices, type, value: placeholder }] of Object.entries(known)) {
    const value = values[name];
    if (type !== 'string' || value === undefined) continue;
    if (value === '') throw usage(`--${name} needs a value: ${placeholder ?? 'VALUE'}.`);
    if (choices && !choices.includes(String(value))) throw usage(`--${name} takes ${oneOf(choices)}.`);
  }
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type }]) => [
      name,
      type === 'boolean' ? values[name] === true : values[name],
    ]),
  ) as Values<Options>;
  return { argument: argumentOf(command, positionals), options, json: values['json'] === true };
}

function argumentOf({ name, argument }: Command, positionals: readonly string[]): string {
  const [value, ...more] = positionals;
  if (!argument) {
    if (value !== undefined) throw usage(`${name} takes no ${JSON.stringify(value)}.`);
    return '';
  }
  if (value === undefined || value === '') {
    throw usage(
      `${name} needs ${argument.name}: ${argument.says}${argument.choices ? `, ${oneOf(argument.choices)}` : ''}.`,
    );
  }
  if (more.length > 0)
    throw usage(`${name} takes one ${argument.name}, and ${JSON.stringify(more[0])} is another.`);
  if (argument.choices && !argument.choices.includes(value)) {
    throw usage(`${name} takes ${oneOf(argument.choices)}.`);
  }
  return value;
}

function parsed(command: Command, known: Options, args: string[]) {
  try {
    return parseArgs({
      args,
      options: Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }])),
      allowPositionals: true,
      tokens: true,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [, dashed = '', unknown = ''] = /'(?:-\w, )?(--?([\w-]+))/.exec(message) ?? [];
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const close = closest(unknown, Object.keys(known));
      throw usage(`${command.name} knows no ${dashed}.${close ? ` Did you mean --${close}?` : ''}`);
    }
    throw usage(
      known[unknown]?.type === 'boolean'
        ? `--${unknown} takes no value.`
        : `--${unknown} needs a value: ${known[unknown]?.value ?? 'VALUE'}.`,
    );
  }
}

/** Words before the first option. */
function leadingWords(args: readonly string[]): string[] {
  const first = args.findIndex((word) => word.startsWith('-'));
  return first < 0 ? [...args] : args.slice(0, first);
}

function commandOf(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word));
}

function unknownCommand(words: readonly string[], commands: readonly Command[]) {
  const [first] = words;
  if (first === undefined) return usage('Name a command first.');
  const below = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (below.length > 0) {
    const names = below.map(({ name }) => name.slice(first.length + 1));
    return usage(`${first} is followed by ${oneOf(names)}.`);
  }
  const close = closest(first, [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))]);
  return usage(`There is no command ${JSON.stringify(first)}.${close ? ` Did you mean ${close}?` : ''}`);
}

const oneOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** The name that one or two slips of the fingers away, if there is one. */
function closest(typed: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, slips: distance(typed, name) }))
    .sort((a, b) => a.slips - b.slips);
  return best && best.slips <= Math.min(2, Math.floor(typed.length / 2)) ? best.name : undefined;
}

/** Levenshtein's: letters to add, drop or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
