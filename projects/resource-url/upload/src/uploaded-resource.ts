import { malformedAnswer } from './http-failure.ts';
import { ResourceUploadError } from './resource-upload-error.ts';
import type { Resource } from './wire-types.ts';

/** What the server made of a file. */
export interface UploadedResource {
  readonly id: string;
  /** Names the resource from now on, e.g. for `urls.getUrl(resource.path)`: `public/team/my-photo-x7k2m9qa1c.jpg`. */
  readonly path: string;
  readonly kind: string;
  /** Id of the person to whom it belongs. */
  readonly owner: string;
  readonly ownerName: string;
  /** Stands for the owner in paths: `users/{ownerHandle}/documents/...`. */
  readonly ownerHandle: string;
  /** The file name as it was given. */
  readonly displayName: string;
  /** E.g. `image/jpeg`. */
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: Date;
}

/**
 * Reads the server's answer to an upload.
 *
 * @param answer the parsed JSON, of which nothing is believed
 * @returns nothing when it is not what the contract says
 */
export function readUploadedResource(answer: unknown): UploadedResource | undefined {
  const { id, path, kind, owner, ownerName, ownerHandle, displayName, contentType, size, createdAt } = Object(
    answer,
  ) as Partial<Record<keyof Resource, unknown>>;
  const created = new Date(typeof createdAt === 'string' ? createdAt : NaN);
  if (
    typeof id !== 'string' ||
    typeof path !== 'string' ||
    typeof kind !== 'string' ||
    typeof owner !== 'string' ||
    typeof ownerName !== 'string' ||
    typeof ownerHandle !== 'string' ||
    typeof displayName !== 'string' ||
    typeof contentType !== 'string' ||
    typeof size !== 'number' ||
    Number.isNaN(created.getTime())
  ) {
    return undefined;
  }
  return {
    id,
    path,
    kind,
    owner,
    ownerName,
    ownerHandle,
    displayName,
    contentType,
    size,
    createdAt: created,
  };
}

/**
 * Reads what the server says of an upload that has arrived.
 *
 * @param name of the file, for messages
 * @throws ResourceUploadError malformed-answer, or quarantined: the server keeps the file and delivers it to nobody
 */
export function completedUpload(answer: unknown, name: string): UploadedResource {
  const resource = readUploadedResource(answer);
  if (!resource) throw malformedAnswer(name);
  const { status } = Object(answer) as Partial<Record<keyof Resource, unknown>>;
  if (status !== undefined && status !== 'completed') {
    const code = status === 'quarantined' ? 'quarantined' : 'malformed-answer';
    throw new ResourceUploadError(code, `"${name}" has arrived, and nobody can open it.`);
  }
  return resource;
}
