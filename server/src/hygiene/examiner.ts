import { sniffContentType } from '../platform/content-type.ts';
import { readPart, type Examination, type Finding, type Refused } from './examination.ts';

/** What content sniffing needs to see. */
const HEAD_BYTES = 4100;

/** Types that have no signature in their bytes; what is sent as such must not be anything known. */
const UNSIGNED_TYPES = /^(text\/plain|text\/csv|text\/markdown|application\/json|application\/octet-stream)$/;

/** What can be told of an upload before all of it is there. */
export type Beginning = Pick<Examination, 'kind' | 'declaredType' | 'name'> & { head: Uint8Array };

/** Decides what becomes of bytes that arrived: neither their name nor their declared type is believed. */
export class Examiner {
  /**
   * A first look, so that what is refused anyway is not stored before.
   *
   * @returns why these bytes will be refused; undefined: nothing is known against them yet
   */
  async glance({ declaredType, head }: Beginning): Promise<Refused | undefined> {
    const found = await sniffContentType(head);
    if (found === declaredType) return undefined;
    if (found === undefined && UNSIGNED_TYPES.test(declaredType)) return undefined;
    return {
      verdict: 'refused',
      code: 'content-mismatch',
      reason: `Declared ${declaredType}, found ${found ?? 'something that is not a known file type'}.`,
    };
  }

  /**
   * Looks at stored bytes, by ranges: nothing is held in memory but a small part.
   *
   * @returns whether they may become a resource, and as what
   * @throws what the store fails with
   */
  async examine({ kind, declaredType, name, bytes }: Examination): Promise<Finding> {
    const head = await readPart(bytes, 0, HEAD_BYTES);
    const refused = await this.glance({ kind, declaredType, name, head });
    return refused ?? { verdict: 'clean', contentType: declaredType };
  }
}
