/** Bytes that count up: easy to type into another implementation. */
export function counting(from: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (from + index) & 255));
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const id = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** The worked example of docs/signed-url.md; first case of every file that has one. */
export const sample = {
  master: counting(0x00, 32),
  salt: counting(0x20, 32),
  tenant: 'acme',
  ownerId: 'ada',
  kid: id(counting(0xa0, 16)),
  principal: 'user:grace',
  authority: 'cdn.example.com',
  base: 'https://cdn.example.com',
  path: 'public/team/avatar-2.jpg',
  now: 1_767_222_000,
  lifetime: 3600,
};
