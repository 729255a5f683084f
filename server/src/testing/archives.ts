import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a test's archive; what is not given is as it should be. */
export interface ZipEntry {
  name: string | Buffer;
  body?: Buffer;
  /** What the directory says it is when unpacked, bytes. */
  claimed?: number;
  isEncrypted?: boolean;
  /** Unix mode, e.g. of a link. */
  mode?: number;
}

/** @returns a ZIP of these files @param zip64 with the larger directory that ZIP has had since 2001 */
export function zipOf(entries: readonly ZipEntry[], { zip64 = false, comment = '' } = {}): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const {
    name,
    body = Buffer.from('x'),
    claimed = body.length,
    isEncrypted = false,
    mode = 0o100644,
  } of entries) {
    const called = Buffer.isBuffer(name) ? name : Buffer.from(name);
    const packed = deflateRawSync(body);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(45, 0);
    fields.writeUInt16LE(isEncrypted ? 1 : 0, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(zip64 ? 0xffff_ffff : claimed, 18);
    fields.writeUInt16LE(called.length, 22);
    const extra = zip64 ? Buffer.alloc(12) : Buffer.alloc(0);
    if (zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(8, 2);
      extra.writeBigUInt64LE(BigInt(claimed), 4);
    }
    fields.writeUInt16LE(extra.length, 24);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), fields, called, extra, packed);
    const more = Buffer.alloc(14);
    more.writeUInt32LE((mode << 16) >>> 0, 6);
    more.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x2d\x03', 'latin1'), fields, more, called, extra);
    offset += 30 + called.length + extra.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(zip64 ? 0xffff : entries.length, 8);
  end.writeUInt16LE(zip64 ? 0xffff : entries.length, 10);
  end.writeUInt32LE(zip64 ? 0xffff_ffff : listed.length, 12);
  end.writeUInt32LE(zip64 ? 0xffff_ffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  const large = Buffer.alloc(zip64 ? 76 : 0);
  if (zip64) {
    large.write('PK\x06\x06', 0, 'latin1');
    large.writeBigUInt64LE(44n, 4);
    large.writeBigUInt64LE(BigInt(entries.length), 24);
    large.writeBigUInt64LE(BigInt(entries.length), 32);
    large.writeBigUInt64LE(BigInt(listed.length), 40);
    large.writeBigUInt64LE(BigInt(offset), 48);
    large.write('PK\x06\x07', 56, 'latin1');
    large.writeBigUInt64LE(BigInt(offset + listed.length), 64);
    large.writeUInt32LE(1, 72);
  }
  return Buffer.concat([...files, listed, large, end, Buffer.from(comment)]);
}
