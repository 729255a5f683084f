import { Problem } from '../platform/problem.ts';
import { StartError } from '../platform/start-error.ts';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { readCommandLine } from './command-line.ts';
import { CommandFailure, EXIT } from './exit-codes.ts';
import { commandHelp, groupHelp, programHelp } from './help.ts';
import type { Terminal } from './terminal.ts';

const PUT_AWAY_WITHIN_MS = 3000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Does what somebody typed.
 *
 * @param args without the program's name
 * @returns exit code
 */
export async function runProgram(
  args: readonly string[],
  commands: readonly Command[],
  terminal: Terminal,
): Promise<number> {
  const json = args.includes('--json');
  try {
    const line = readCommandLine(args, commands);
    if (line.kind === 'version') {
      await terminal.write(json ? `${JSON.stringify({ version })}\n` : `${version}\n`);
      return EXIT.done;
    }
    if (line.kind === 'help') {
      await terminal.write(helpOf(line.words, line.command, commands));
      return EXIT.done;
    }
    const { command, ...call } = line;
    // The server ends what it started by itself.
    const interrupts = command.name === 'serve' ? { onInterrupt: () => () => undefined } : endOnSignals();
    return await command.run({ ...call, terminal, onInterrupt: interrupts.onInterrupt });
  } catch (error) {
    const { exitCode, code, message } = failureOf(error);
    const hint = exitCode === EXIT.usage && !json ? ' See countersign --help.' : '';
    terminal.say(json ? JSON.stringify({ error: { code, message } }) : message + hint);
    if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) terminal.say(String(error.stack));
    return exitCode;
  }
}

function helpOf(words: string, command: Command | undefined, commands: readonly Command[]): string {
  if (command) return commandHelp(command);
  if (!words) return programHelp(commands);
  return groupHelp(
    words,
    commands.filter(({ name }) => name.startsWith(`${words} `)),
  );
}

/** Ctrl-C ends the command at once; what it registered is put away first. */
function endOnSignals(): { onInterrupt: (work: () => Promise<void> | void) => () => void } {
  const works = new Set<() => Promise<void> | void>();
  let isEnding = false;
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      // A launcher passes on what the terminal has sent already.
      if (isEnding) return;
      isEnding = true;
      setTimeout(() => process.exit(exitCode), PUT_AWAY_WITHIN_MS).unref();
      void Promise.allSettled([...works].map(async (work) => work())).then(() => process.exit(exitCode));
    });
  }
  return {
    onInterrupt: (work) => {
      works.add(work);
      return () => void works.delete(work);
    },
  };
}

/** One sentence for whatever went wrong. */
function failureOf(error: unknown): { exitCode: number; code: string; message: string } {
  if (error instanceof CommandFailure) return error;
  if (error instanceof StartError)
    return { exitCode: EXIT.cannotRun, code: 'cannot-run', message: error.message };
  if (error instanceof Problem) {
    const { status, code, title, detail } = error;
    const exitCode = status >= 500 ? EXIT.cannotRun : EXIT.no;
    return { exitCode, code, message: detail ? `${title}: ${detail}` : `${title}.` };
  }
  const { message = '', code = '' } = error as { message?: string; code?: string };
  // PostgreSQL's codes are five characters, the system's are names; both come from what lies outside of this program.
  const where = /^[0-9A-Z]{5}$/.test(code) ? 'The database refused' : 'It could not be done';
  return {
    exitCode: EXIT.cannotRun,
    code: 'cannot-run',
    message: `${where}: ${message || code || 'for no known cause'} (LOG_LEVEL=debug shows where).`,
  };
}
