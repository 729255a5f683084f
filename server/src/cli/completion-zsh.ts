import type { Command, Option } from './command.ts';
import { nextWords, quoted } from './completion-words.ts';
import { allOptions } from './help.ts';

/** @returns a completion function for zsh: a file `_countersign` in a folder of $fpath, or sourced after compinit */
export function zshCompletion(commands: readonly Command[]): string {
  const tree = nextWords(commands);
  const groups = [...tree.keys()].filter(Boolean);
  return `#compdef countersign
# zsh completion of countersign; made by: countersign completion zsh
_countersign() {
  local -a commands
  local command="\${words[2]}"
  if (( CURRENT == 2 )); then
    commands=(${described(tree.get(''))})
    _describe 'command' commands
    return
  fi
  case "$command" in
${groups
  .map(
    (group) => `    ${group})
      if (( CURRENT == 3 )); then
        commands=(${described(tree.get(group))})
        _describe 'command' commands
        return
      fi
      command="$command \${words[3]}"
      shift words; (( CURRENT-- )) ;;`,
  )
  .join('\n')}
  esac
  shift words; (( CURRENT-- ))
  case "$command" in
${commands.map(argumentsOf).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_countersign" ]; then
  _countersign "$@"
else
  compdef _countersign countersign
fi
`;
}

function described(words: ReadonlyMap<string, string> | undefined): string {
  return [...(words ?? [])].map(([word, says]) => quoted(`${word}:${says}`)).join(' ');
}

function argumentsOf(command: Command): string {
  const { argument } = command;
  const specs = Object.entries(allOptions(command)).map(([name, option]) => quoted(optionSpec(name, option)));
  if (argument)
    specs.push(
      quoted(`1:${escaped(argument.says)}:${argument.choices ? `(${argument.choices.join(' ')})` : ' '}`),
    );
  return `    ${quoted(command.name)}) _arguments ${specs.join(' ')} ;;`;
}

function optionSpec(name: string, option: Option): string {
  const says = `--${name}[${escaped(option.says)}]`;
  if (option.type === 'boolean') return says;
  const values = option.choices
    ? `(${option.choices.join(' ')})`
    : option.completes === 'folder'
      ? '_files -/'
      : option.completes === 'file'
        ? '_files'
        : ' ';
  return `${says}:${option.value ?? name}:${values}`;
}

const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
