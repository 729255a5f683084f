// What every command of the workspace shares: where the workspace is, how flags are read, how an error is said.
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Absolute path of the workspace, without trailing slash. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What went wrong in one sentence, for the person at the keyboard: printed without a stack, exit code 1. */
export class CommandError extends Error {}

/** Thrown where work stops because of SIGINT, SIGTERM or SIGHUP; `code` is the exit code shells expect (128 + number). */
export class Interrupted extends Error {
  constructor(signal) {
    super(signal);
    this.code = 128 + constants.signals[signal];
  }
}

/**
 * Reads the command line, answers `--help`, runs `main(flags, words)` and sets the exit code it returns.
 * @param help text that `--help` prints
 * @param options flags in the form of `parseArgs`, without `help`
 * @param words whether bare words are allowed too
 */
export async function command({ help, options = {}, words = false }, main) {
  try {
    const { values, positionals } = read({ ...options, help: { type: 'boolean' } }, words);
    if (values.help) console.log(help.trim());
    else process.exitCode = (await main(values, positionals)) ?? 0;
  } catch (error) {
    if (error instanceof Interrupted) process.exitCode = error.code;
    else if (error instanceof CommandError) {
      console.error(error.message);
      process.exitCode = 1;
    } else throw error;
  }
  // A pipe that a stray grandchild holds open must not keep a finished command alive.
  process.exit();
}

function read(options, allowPositionals) {
  try {
    return parseArgs({ options, allowPositionals, strict: true });
  } catch (error) {
    throw new CommandError(`${error.message.split('. To specify')[0]} (--help lists what is known)`);
  }
}
