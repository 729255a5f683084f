/** A file of so many bytes. */
export function fileOf(name: string, bytes = 100, type = 'image/jpeg'): File {
  return new File([new Uint8Array(bytes)], name, { type });
}

/** What the server answers to an upload, as JSON. */
export function storedAnswer(name: string, size = 100) {
  return {
    id: `id-${name}`,
    path: `public/team/${name}`,
    kind: 'teamPhoto',
    owner: 'ada',
    ownerName: 'Ada Lovelace',
    ownerHandle: 'Jc8Q0pYxTm6u1z9aBd3eFA',
    displayName: name,
    contentType: 'image/jpeg',
    size,
    createdAt: '2026-01-01T12:00:00.000Z',
  };
}
