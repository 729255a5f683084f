import type { Command } from './command.ts';
import { nextWords, quoted } from './completion-words.ts';
import { allOptions } from './help.ts';

/** @returns a script for bash 4 and newer, also without the package bash-completion */
export function bashCompletion(commands: readonly Command[]): string {
  const lines: string[] = [];
  for (const [start, words] of nextWords(commands)) {
    const names = [...words.keys(), ...(start ? [] : ['--help', '--version'])];
    lines.push(`    ${quoted(start)}) words=${quoted(names.join(' '))} ;;`);
  }
  const options: string[] = [];
  const values: string[] = [];
  for (const command of commands) {
    const known = Object.entries(allOptions(command));
    const choices = command.argument?.choices?.join(' ') ?? '';
    const names = known.map(([name]) => `--${name}`).join(' ');
    options.push(`    ${quoted(command.name)}) options=${quoted(names)}; words=${quoted(choices)} ;;`);
    for (const [name, option] of known) {
      if (option.type === 'boolean') continue;
      const key = quoted(`${command.name} --${name}`);
      if (option.choices)
        values.push(
          `    ${key}) COMPREPLY=($(compgen -W ${quoted(option.choices.join(' '))} -- "$current")) ;;`,
        );
      else if (option.completes) {
        const kind = option.completes === 'folder' ? '-d' : '-f';
        values.push(
          `    ${key}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen ${kind} -- "$current")) ;;`,
        );
      } else values.push(`    ${key}) COMPREPLY=() ;;`);
    }
  }
  return `# bash completion of countersign; made by: countersign completion bash
_countersign() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command='' words='' options='' word index
  # The words that name a command, up to the first that does not.
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    [[ $word == -* ]] && break
    case "\${command:+$command }$word" in
      ${caseOf(commands)}) command="\${command:+$command }$word" ;;
      *) break ;;
    esac
  done
  case "$command" in
${lines.join('\n')}
  esac
  case "$command" in
${options.join('\n')}
  esac
  COMPREPLY=()
  case "$command $previous" in
${values.join('\n')}
    *) COMPREPLY=($(compgen -W "$words $options" -- "$current")) ;;
  esac
}
complete -F _countersign countersign
`;
}

function caseOf(commands: readonly Command[]): string {
  const starts = new Set<string>();
  for (const { name } of commands) {
    const words = name.split(' ');
    words.forEach((_, index) => starts.add(words.slice(0, index + 1).join(' ')));
  }
  return [...starts].map(quoted).join('|');
}
