/**
 * The SHA-256 of a file. WebCrypto takes whole buffers only, so the file is in memory meanwhile.
 *
 * @returns hexadecimal; nothing where there is no WebCrypto, which is pages without HTTPS
 * @throws DOMException when the file changed or vanished since it was chosen
 */
export async function fileChecksum(file: Blob): Promise<string | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const digest = new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
