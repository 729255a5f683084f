import type { BegunUpload as WireBegunUpload, UploadRequest } from './wire-types.ts';
import type { UploadSource } from './upload-transport.ts';

/** An upload that has begun: a form that brings its bytes. */
export interface BegunUpload extends Pick<WireBegunUpload, 'id' | 'uploadId'> {
  /** Absolute. */
  readonly url: string;
  readonly fields: readonly (readonly [string, string])[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * What is announced of a file. Where the browser knows no type, the server goes by the name.
 *
 * @param sha256 of its bytes, hexadecimal; left out: nothing is compared
 */
export function uploadRequest(
  { file, kind, name, collection }: UploadSource,
  sha256?: string,
): UploadRequest {
  const contentType = mediaType(file);
  return {
    name,
    kind: kind as UploadRequest['kind'],
    ...(contentType === undefined ? {} : { contentType }),
    size: file.size,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(collection === undefined ? {} : { collection }),
  };
}

/** The type of a file as the contract takes it: in lower case, without parameters; undefined: the browser knows none. */
export function mediaType({ type }: File): string | undefined {
  const [essence = ''] = type.toLowerCase().split(';');
  return /^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/.test(essence.trim()) ? essence.trim() : undefined;
}

/**
 * Reads the server's answer to the beginning of an upload.
 *
 * @param answer the parsed JSON, of which nothing is believed
 * @param address what a relative address is relative to
 * @returns nothing when it is not what the contract says
 */
export function readBegunUpload(answer: unknown, address: string): BegunUpload | undefined {
  const { id, uploadId, url, fields, expiresAt } = Object(answer) as Partial<
    Record<keyof WireBegunUpload, unknown>
  >;
  if (typeof id !== 'string' || typeof uploadId !== 'string' || typeof url !== 'string') return undefined;
  const pairs = Object.entries(Object(fields) as Record<string, unknown>).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const expires = Date.parse(typeof expiresAt === 'string' ? expiresAt : '');
  const absolute = URL.canParse(url, address) ? new URL(url, address) : undefined;
  if (!absolute || !/^https?:$/.test(absolute.protocol) || Number.isNaN(expires)) return undefined;
  return { id, uploadId, url: absolute.href, fields: pairs, expiresAt: expires };
}
