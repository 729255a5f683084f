import type { Terminal } from './terminal.ts';

/** One option of a command. */
export interface Option {
  type: 'string' | 'boolean';
  /** What follows the name in the help, e.g. `ID`; of options of type string. */
  value?: string;
  /** The only values it takes. */
  choices?: readonly string[];
  /** Completed with names of files or folders. */
  completes?: 'file' | 'folder';
  /** One line, lower case, without a full stop. */
  says: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Values by option name; what was not given is undefined, or false when it takes no value. */
export type Values<O extends Options> = {
  [Name in keyof O]: O[Name]['type'] extends 'boolean' ? boolean : string | undefined;
};

/** What follows the name of a command. */
export interface Argument {
  /** In capitals, e.g. `ID`. */
  name: string;
  says: string;
  choices?: readonly string[];
}

/** How a command was called. */
export interface Call<O extends Options> {
  /** Empty when the command takes none. */
  argument: string;
  options: Values<O>;
  /** Whether programs read the output. */
  json: boolean;
  terminal: Terminal;
  /**
   * Called when the person has pressed Ctrl-C, before the program ends: put away what is half done.
   *
   * @returns a function that takes the promise back
   */
  onInterrupt(work: () => Promise<void> | void): () => void;
}

/** One command, as the help, the completion and the command line know it. */
export interface Command {
  /** Words, e.g. `owner revoke`. */
  name: string;
  /** One line, imperative, without a full stop. */
  says: string;
  /** Further lines of its help, at most 100 characters wide. */
  details?: string;
  argument?: Argument;
  options: Options;
  /** @returns exit code */
  run(call: Call<Options>): Promise<number>;
}

/** Makes `options` of the call as precise as the declaration. */
export function defineCommand<const O extends Options>(
  command: Omit<Command, 'options' | 'run'> & { options: O; run(call: Call<O>): Promise<number> },
): Command {
  return command as unknown as Command;
}

/** Options that every command takes. */
export const SHARED_OPTIONS = {
  json: { type: 'boolean', says: 'write JSON, for programs' },
  help: { type: 'boolean', says: 'show this help' },
} as const satisfies Options;

/** Options of commands that work on a database. */
export const DATABASE_OPTIONS = {
  tenant: { type: 'string', value: 'NAME', says: 'the tenant it is about (TENANT, default default)' },
  data: {
    type: 'string',
    value: 'DIR',
    completes: 'folder',
    says: 'data folder of the embedded server (DATA_DIR, default data)',
  },
} as const satisfies Options;
