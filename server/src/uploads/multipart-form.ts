import { invalidRequest } from '../platform/problem.ts';

const MOST_FIELDS = 30;
const LONGEST_FIELD = 16_384;
const LONGEST_HEAD = 8_192;
const HEAD_END = Buffer.from('\r\n\r\n');

const malformed = (what: string) => invalidRequest(`The form is no multipart/form-data: ${what}.`);

/** A form whose fields are read, and whose file is still to come. */
export interface ReadForm {
  /** What came before the file. */
  fields: ReadonlyMap<string, string>;
  /** The bytes of the part `file`; fails when the form ends before it does. What comes after it is not looked at. */
  file: AsyncGenerator<Buffer>;
}

/**
 * Reads a form as S3 takes it (RFC 7578): fields first, then one part named `file`. Holds no more of the file than one
 * chunk.
 *
 * @param contentType of the request
 * @throws Problem 400 `invalid-request`
 */
export async function readForm(body: AsyncIterable<Buffer>, contentType: string): Promise<ReadForm> {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ??
    [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed('its Content-Type has no boundary');
  const input = new Input(body);
  // The first boundary has no line before it.
  const mark = Buffer.from(`\r\n--${boundary}`);
  input.prepend('\r\n');
  await input.until(mark, 1024, 'there is no boundary');
  const fields = new Map<string, string>();
  for (;;) {
    const ending = await input.take(2);
    if (ending !== '\r\n') throw malformed('it has no part named file');
    const head = (await input.until(HEAD_END, LONGEST_HEAD, 'a part has no end of its head')).toString();
    const name = /^content-disposition:\s*form-data\s*;(?:[^\r\n]*;)?\s*name="([^"\r\n]*)"/im.exec(head)?.[1];
    if (name === undefined) throw malformed('a part has no name');
    if (name === 'file') return { fields, file: input.fileUntil(mark) };
    const value = (await input.until(mark, LONGEST_FIELD, 'a field is too long')).toString();
    if (fields.has(name)) throw malformed('a field is there twice');
    if (fields.size === MOST_FIELDS) throw malformed('it has too many fields');
    fields.set(name, value);
  }
}

/** Bytes that arrive in chunks, read up to marks. */
class Input {
  #held: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(body: AsyncIterable<Buffer>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  prepend(text: string): void {
    this.#held = Buffer.concat([Buffer.from(text), this.#held]);
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    return true;
  }

  /** @returns so many bytes as text */
  async take(length: number): Promise<string> {
    while (this.#held.length < length) if (!(await this.#more())) throw malformed('it ends early');
    const text = this.#held.subarray(0, length).toString('latin1');
    this.#held = this.#held.subarray(length);
    return text;
  }

  /** @returns what is before the mark, which is passed */
  async until(mark: Buffer, most: number, fault: string): Promise<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at > most || (at < 0 && this.#held.length > most + mark.length)) throw malformed(fault);
      if (at >= 0) {
        const before = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + mark.length);
        return before;
      }
      if (!(await this.#more())) throw malformed(fault);
    }
  }

  async *fileUntil(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        if (at > 0) yield this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + mark.length);
        return;
      }
      // The beginning of a mark may be at the end.
      const sure = this.#held.length - mark.length + 1;
      if (sure > 0) {
        yield this.#held.subarray(0, sure);
        this.#held = this.#held.subarray(sure);
      }
      if (!(await this.#more())) throw malformed('it ends inside of the file');
    }
  }
}
