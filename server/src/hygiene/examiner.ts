import { sniffContentType } from '../platform/content-type.ts';
import { endsAsArchive } from './archive-tail.ts';
import { examineArchive, isArchive } from './examine-archive.ts';
import { examineFilm } from './examine-film.ts';
import { examinePicture } from './examine-picture.ts';
import { readPart, type Examination, type Finding, type Quarantined, type Refused } from './examination.ts';
import { runnableExtension } from './runnable-name.ts';
import type { Scanner } from './scanner.ts';
import { takesType } from './upload-types.ts';

/** What content sniffing needs to see. */
export const HEAD_BYTES = 4100;

const SEND_BYTES = 'Send the bytes of the file themselves, with the Content-Type that they have.';

/** For types that clients send where nobody has told them one. */
const ADVICE: Readonly<Record<string, string>> = {
  'application/x-www-form-urlencoded': SEND_BYTES,
  'multipart/form-data': SEND_BYTES,
  'application/octet-stream': 'Say which type the file has.',
};

/** Types that have no signature in their bytes; what is sent as such must not be anything known. */
const UNSIGNED_TYPES = /^(text\/plain|text\/csv|text\/markdown|application\/json|application\/octet-stream)$/;

/** Types whose files may end as an archive: pictures, films, sounds and PDF never do by themselves. */
const NO_ARCHIVE = /^(image|video|audio)\/|^application\/pdf$|^text\//;

/** What can be told of an upload before all of it is there. */
export type Beginning = Pick<Examination, 'kind' | 'declaredType' | 'name'> & { head: Uint8Array };

/** By what an examiner decides. */
export interface ExaminerRules {
  /** Most pixels of a picture. */
  maxPixels: number;
  /** Whether resources of this kind are shown to everybody: nothing in them may say where they were made. */
  isPublic: (kind: string) => boolean;
  /** Media types that are taken, `family/*` and `*` among them. */
  types: readonly string[];
  /** Looks for viruses; undefined: nobody does. */
  scanner: Scanner | undefined;
}

/** Decides what becomes of bytes that arrived: neither their name nor their declared type is believed. */
export class Examiner {
  readonly #rules: ExaminerRules;

  constructor(rules: ExaminerRules) {
    this.#rules = rules;
  }

  /** Looks for viruses; undefined: nobody does. */
  get scanner(): Scanner | undefined {
    return this.#rules.scanner;
  }

  /** @returns why nothing of this type is taken; undefined: it may be */
  refuseType(declaredType: string): Refused | undefined {
    if (takesType(this.#rules.types, declaredType)) return undefined;
    const advice = ADVICE[declaredType];
    return refused(
      'unsupported-type',
      `${declaredType} is not among the types that are taken here (UPLOAD_TYPES).${advice ? ` ${advice}` : ''}`,
    );
  }

  /** @returns why nothing may be called that; undefined: it may */
  refuseName(name: string): Refused | undefined {
    const runnable = runnableExtension(name);
    if (runnable === undefined) return undefined;
    return refused('unsupported-type', `A file named .${runnable} would run where it is saved.`);
  }

  /**
   * A first look, so that what is refused anyway is not stored before.
   *
   * @returns why these bytes will be refused; undefined: nothing is known against them yet
   */
  async glance({ declaredType, name, head }: Beginning): Promise<Refused | undefined> {
    // The name first: with other UPLOAD_TYPES it would be refused all the same.
    const unwanted =
      (name === undefined ? undefined : this.refuseName(name)) ?? this.refuseType(declaredType);
    if (unwanted) return unwanted;
    const found = await sniffContentType(head);
    if (found === declaredType) return undefined;
    if (found === undefined && UNSIGNED_TYPES.test(declaredType)) return undefined;
    return refused(
      'content-mismatch',
      `Declared ${declaredType}, found ${found ?? 'something that is not a known file type'}.`,
    );
  }

  /**
   * Looks at stored bytes, by ranges: nothing is held in memory but a small part.
   *
   * @param scans false: an administrator has decided, whatever the virus scanner says
   * @returns whether they may become a resource, and as what
   * @throws what the store fails with
   */
  async examine(
    { kind, declaredType, name, bytes }: Examination,
    { scans = true }: { scans?: boolean } = {},
  ): Promise<Finding> {
    const head = await readPart(bytes, 0, HEAD_BYTES);
    const mismatch = await this.glance({ kind, declaredType, name, head });
    if (mismatch) return mismatch;
    const { maxPixels, isPublic, scanner } = this.#rules;
    const strips = isPublic(kind);
    const shown =
      (await examinePicture(declaredType, bytes, { maxPixels, strips })) ??
      (strips ? await examineFilm(declaredType, bytes) : undefined);
    if (shown?.verdict === 'refused') return shown;
    const isScanned = scans && scanner !== undefined;
    const archive = isArchive(head) ? await examineArchive(bytes, { isScanned }) : undefined;
    if (archive?.verdict === 'refused') return archive;
    const isCutOff =
      declaredType.startsWith('image/') && shown?.verdict === 'clean' && shown.replacement !== undefined;
    if (!isCutOff && NO_ARCHIVE.test(declaredType) && (await endsAsArchive(bytes))) {
      return refused('two-types', `It is ${declaredType} at its beginning and an archive at its end.`);
    }
    const found: Quarantined | undefined = scans ? await scanner?.scan(bytes) : undefined;
    return found ?? archive ?? shown ?? { verdict: 'clean', contentType: declaredType };
  }
}

function refused(code: string, reason: string): Refused {
  return { verdict: 'refused', code, reason };
}
