import { readFile, stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { StartError } from '../platform/start-error.ts';
import { SigningPolicy } from './policy.ts';
import { readPolicyFile } from './policy-rules.ts';
import type { PolicySource, PolicyState } from './policy-source.ts';

const LOOK_EVERY_MS = 500;
const LARGEST_BYTES = 1024 * 1024;

/** How it watches. */
export interface PolicyFileOptions {
  log: Logger;
  /** Time between two looks, milliseconds. Default 500. */
  lookEveryMs?: number;
}

/**
 * Rules in a file that may change at any time.
 *
 * It is read again and again instead of being watched: editors replace files, Kubernetes swaps a link two folders up,
 * and network file systems tell nobody. What cannot be used has to look the same twice before it counts as broken: the
 * first look may have met an editor in the middle of writing.
 */
export class PolicyFile implements PolicySource {
  readonly #path: string;
  readonly #log: Logger;
  #current: SigningPolicy;
  #state: PolicyState;
  /** What the current policy was made from. */
  #taken: string;
  /** What the last look found and could not use. */
  #doubtful: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(path: string, text: string, policy: SigningPolicy, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#taken = text;
    this.#current = policy;
    this.#state = { source: 'file', since: new Date() };
  }

  /**
   * @param path of a JSON file, `{"rules": [...]}`
   * @throws StartError that names POLICY_FILE, the file, and where there is one the rule and its field
   */
  static async open(
    path: string,
    { log, lookEveryMs = LOOK_EVERY_MS }: PolicyFileOptions,
  ): Promise<PolicyFile> {
    const found = await read(path);
    const policy = 'text' in found ? policyOf(found.text) : found;
    if ('fault' in policy) throw new StartError(`POLICY_FILE ${path}: ${policy.fault}`);
    const file = new PolicyFile(path, 'text' in found ? found.text : '', policy, log);
    file.#lookIn(lookEveryMs);
    return file;
  }

  get current(): SigningPolicy {
    return this.#current;
  }

  get state(): PolicyState {
    return this.#state;
  }

  /** Looks once whether the file has changed, and takes what it holds. Never throws. */
  async look(): Promise<void> {
    const found = await read(this.#path);
    if (this.#isClosed) return;
    if ('fault' in found) this.#doubt(found.fault, found.fault);
    else if (found.text !== this.#taken) this.#take(found.text);
    else this.#trust();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.look().then(() => {
        if (!this.#isClosed) this.#lookIn(ms);
      });
    }, ms).unref();
  }

  #take(text: string): void {
    const policy = policyOf(text);
    if ('fault' in policy) {
      this.#doubt(text, policy.fault);
      return;
    }
    this.#taken = text;
    this.#current = policy;
    this.#doubtful = undefined;
    this.#state = { source: 'file', since: new Date() };
    this.#log.info({ file: this.#path, rules: policy.rules.length }, 'the signing policy has changed');
  }

  #doubt(what: string, fault: string): void {
    const isSame = this.#doubtful === what;
    this.#doubtful = what;
    if (!isSame || this.#state.broken?.fault === fault) return;
    const since = this.#state.broken?.since ?? new Date();
    this.#state = { ...this.#state, broken: { since, fault } };
    this.#log.error(
      { file: this.#path, fault },
      'the policy file (POLICY_FILE) is broken: the rules before it go on deciding',
    );
  }

  /** The file is what was taken: as ever, or again. */
  #trust(): void {
    this.#doubtful = undefined;
    if (!this.#state.broken) return;
    this.#state = { ...this.#state, broken: undefined };
    this.#log.info({ file: this.#path }, 'the policy file is as it was before it broke');
  }
}

function policyOf(text: string): SigningPolicy | { fault: string } {
  const read = readPolicyFile(text);
  return 'fault' in read ? read : new SigningPolicy(read.rules);
}

async function read(path: string): Promise<{ text: string } | { fault: string }> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { fault: 'is not a file' };
    if (found.size > LARGEST_BYTES) return { fault: 'is larger than 1 MiB' };
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    return { fault: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` };
  }
}
