import { ResourceUploadError } from './resource-upload-error.ts';

/**
 * The SHA-256 of a file. WebCrypto takes whole buffers only, so the file is in memory meanwhile.
 *
 * @param name of the file, for the message
 * @returns hexadecimal; nothing where there is no WebCrypto, which is pages without HTTPS
 * @throws ResourceUploadError network: the file changed or vanished since it was chosen
 */
export async function fileChecksum(file: Blob, name: string): Promise<string | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new ResourceUploadError('network', `"${name}" cannot be read: it changed since it was chosen.`);
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
