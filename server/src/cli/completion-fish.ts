import type { Command, Option } from './command.ts';
import { nextWords } from './completion-words.ts';
import { allOptions } from './help.ts';

/** @returns a script for fish 3: a file in ~/.config/fish/completions, or sourced */
export function fishCompletion(commands: readonly Command[]): string {
  const lines = ['complete -c countersign -f'];
  for (const [start, words] of nextWords(commands)) {
    const condition = start
      ? `__fish_seen_subcommand_from ${start}; and not __fish_seen_subcommand_from ${[...words.keys()].join(' ')}`
      : '__fish_use_subcommand';
    for (const [word, says] of words) lines.push(line(condition, `-a ${word} -d ${fishQuoted(says)}`));
  }
  for (const command of commands) {
    const condition = command.name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    if (command.argument?.choices) lines.push(line(condition, `-a '${command.argument.choices.join(' ')}'`));
    for (const [name, option] of Object.entries(allOptions(command))) {
      lines.push(line(condition, `-l ${name}${valueOf(option)} -d ${fishQuoted(option.says)}`));
    }
  }
  return `# fish completion of countersign; made by: countersign completion fish
${lines.join('\n')}
`;
}

const line = (condition: string, rest: string): string => `complete -c countersign -n '${condition}' ${rest}`;

function valueOf(option: Option): string {
  if (option.type === 'boolean') return '';
  if (option.choices) return ` -x -a '${option.choices.join(' ')}'`;
  if (option.completes === 'folder') return " -x -a '(__fish_complete_directories)'";
  return option.completes ? ' -r -F' : ' -x';
}

const fishQuoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
