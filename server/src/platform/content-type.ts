import { fileTypeFromBuffer } from 'file-type';

/** Names of file-type that are other spellings of what browsers and clients declare. */
const SPELLINGS = new Map([['image/apng', 'image/png']]);

/**
 * Tells what bytes are by looking at them: neither a name nor a declared type is believed.
 *
 * @param head the beginning of the file; 4100 bytes are enough for every image type
 * @returns a media type, e.g. `image/jpeg`; `undefined` for text, HTML and whatever else has no signature
 */
export async function sniffContentType(head: Uint8Array): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(head);
  return found && (SPELLINGS.get(found.mime) ?? found.mime);
}
