import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';
import { defineCommand, type Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { asJson } from './owner-actions.ts';

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/**
 * `countersign completion`
 *
 * @param commands every command, asked for when the list is whole
 */
export const completionCommand = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: 'completion',
    says: 'Print what a shell needs to complete this command',
    details: `bash: source <(countersign completion bash), in ~/.bashrc
zsh:  countersign completion zsh > a folder of $fpath, named _countersign
fish: countersign completion fish > ~/.config/fish/completions/countersign.fish`,
    argument: { name: 'SHELL', says: 'the shell', choices: Object.keys(SHELLS) },
    options: {},
    async run({ argument, json, terminal }) {
      const script = SHELLS[argument]?.(commands()) ?? '';
      await terminal.write(json ? asJson({ shell: argument, script }) : script);
      return EXIT.done;
    },
  });
