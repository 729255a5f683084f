/** What the command's exit code says; docs/cli.md has the table. */
export const EXIT = {
  /** Done; proven; nothing is wrong. */
  done: 0,
  /** It ran, and the answer is no: findings, a refusal by a rule, a receipt that is still outstanding. */
  no: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
  /** It could not run: configuration, database, files. */
  cannotRun: 3,
} as const;

/** Ends the command with a sentence for the person who typed it. `message` names what to change. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: number;
  /** Stable, lower-case, hyphenated: what programs compare. */
  readonly code: string;

  constructor(exitCode: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** The command line is wrong. */
export const usage = (message: string): CommandFailure => new CommandFailure(EXIT.usage, 'usage', message);

/** Something that the command needs is not there. */
export const cannotRun = (message: string, cause?: unknown): CommandFailure =>
  new CommandFailure(EXIT.cannotRun, 'cannot-run', message, { cause });
