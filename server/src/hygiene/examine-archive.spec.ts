import { Readable } from 'node:stream';
import { zipOf, type ZipEntry } from '../testing/archives.ts';
import { examineArchive, isArchive } from './examine-archive.ts';
import type { ExaminedBytes } from './examination.ts';
import { Examiner } from './examiner.ts';

function bytesOf(body: Buffer, opened: number[] = []): ExaminedBytes {
  return {
    size: body.length,
    open: ({ start, end } = { start: 0, end: body.length - 1 }) => {
      opened.push(Math.min(end, body.length - 1) - start + 1);
      return Promise.resolve(Readable.from([body.subarray(start, end + 1)]));
    },
  };
}

/** What is said against an archive. */
async function against(archive: Buffer, isScanned = false): Promise<string | undefined> {
  const finding = await examineArchive(bytesOf(archive), { isScanned });
  return finding && `${finding.code}: ${finding.reason}`;
}

const document: ZipEntry[] = [
  { name: '[Content_Types].xml', body: Buffer.from('<Types/>') },
  { name: 'word/document.xml', body: Buffer.alloc(20_000, 'text ') },
];

describe('an archive that arrives', () => {
  it('is taken with what office documents hold, with a comment, in the larger form, and empty', async () => {
    expect(await against(zipOf(document))).toBeUndefined();
    expect(
      await against(zipOf(document, { comment: 'PK\x05\x06 in a comment, which is none' })),
    ).toBeUndefined();
    expect(await against(zipOf(document, { zip64: true }))).toBeUndefined();
    expect(await against(zipOf([]))).toBeUndefined();
    expect([zipOf(document), zipOf([]), Buffer.from('PKWARE')].map(isArchive)).toEqual([true, true, false]);
  });

  const slips: [string, string | Buffer][] = [
    ...[
      '../a',
      'a/../../b',
      '/etc/passwd',
      'C:\\Windows\\a.dll',
      '..\\..\\a',
      '\\\\host\\share\\a',
      'a/..',
    ].map((name): [string, string] => [name, name]),
    ['NUL in it', 'a.txt\0.exe'],
    ['a line feed in it', 'a\nb'],
    ['nothing', ''],
  ];
  for (const [called, name] of slips) {
    it(`is refused with a file named ${JSON.stringify(called)}`, async () => {
      expect(await against(zipOf([...document, { name }]))).toMatch(/^unsafe-archive: A file in it /);
    });
  }

  it('is taken with names that only look so', async () => {
    const names = ['..a/b..', 'a...b', 'über/écrit.txt', 'a/b/c/', 'COM1', 'Thumbs:db'].map((name) => ({
      name,
    }));
    expect(await against(zipOf(names))).toBeUndefined();
  });

  it('is refused with a link in it', async () => {
    expect(await against(zipOf([{ name: 'a', mode: 0o120777 }]))).toBe('unsafe-archive: It holds a link.');
  });

  it('is refused when it says that it is a hundred times as large unpacked, in one file or in many', async () => {
    const large = 200 * 1024 * 1024;
    expect(await against(zipOf([{ name: 'a', claimed: large }]))).toContain('100 times as large');
    const many = Array.from({ length: 50 }, (_, n) => ({ name: `${n}`, claimed: large / 50 }));
    expect(await against(zipOf(many))).toContain('100 times as large');
    expect(await against(zipOf([{ name: 'a', claimed: 5 * 2 ** 40 }], { zip64: true }))).toContain(
      '100 times',
    );
    // Tables of a small document are packed as well as this, and harm nobody.
    expect(await against(zipOf([{ name: 'a', body: Buffer.alloc(5_000_000) }]))).toBeUndefined();
  });

  it('is refused when its files share their bytes', async () => {
    const archive = zipOf([{ name: 'a', body: Buffer.from(Array.from({ length: 900 }, (_, n) => n % 251)) }]);
    const entry = archive.subarray(archive.indexOf('PK\x01\x02'), archive.lastIndexOf('PK\x05\x06'));
    const end = Buffer.from(archive.subarray(archive.lastIndexOf('PK\x05\x06')));
    end.writeUInt16LE(3, 10);
    end.writeUInt32LE(entry.length * 3, 12);
    const shared = Buffer.concat([
      archive.subarray(0, archive.indexOf('PK\x01\x02')),
      entry,
      entry,
      entry,
      end,
    ]);
    expect(await against(shared)).toBe('unsafe-archive: Files in it share their bytes.');
  });

  it('is refused when its directory is damaged, elsewhere, cut off or followed by something', async () => {
    const archive = zipOf(document);
    const damaged = Buffer.from(archive);
    damaged.write('XX', damaged.indexOf('PK\x01\x02'), 'latin1');
    const fewer = Buffer.from(archive);
    fewer.writeUInt16LE(1, fewer.lastIndexOf('PK\x05\x06') + 10);
    const more = Buffer.from(archive);
    more.writeUInt16LE(3, more.lastIndexOf('PK\x05\x06') + 10);
    for (const bad of [
      ...[damaged, fewer, more, archive.subarray(0, -10), Buffer.concat([archive, Buffer.from('<?php')])],
      Buffer.concat([archive.subarray(0, 40), Buffer.from('hidden'), archive.subarray(40)]),
    ]) {
      expect(await against(bad)).toMatch(/^unsafe-archive: It cannot be read: /);
    }
  });

  it('is kept in quarantine with encrypted files where a scanner should look into them, and taken elsewhere', async () => {
    const locked = zipOf([...document, { name: 'secret', isEncrypted: true }]);
    expect(await against(locked)).toBeUndefined();
    expect(await against(locked, true)).toMatch(/^not-scanned: It holds encrypted files/);
  });

  it('is an archive of archives like any other: nothing in it is unpacked', async () => {
    const inner = zipOf([{ name: '../a' }]);
    expect(await against(zipOf([{ name: 'inner.zip', body: inner }]))).toBeUndefined();
  });

  it('is looked at by its end alone, a part at a time', async () => {
    const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, n) => (n * 2_654_435_761) >>> 24));
    const opened: number[] = [];
    await examineArchive(bytesOf(zipOf([{ name: 'a', body }]), opened), { isScanned: false });
    expect(opened.reduce((sum, length) => sum + length, 0)).toBeLessThan(200_000);
  });

  it('is refused by the examination of every upload, whatever it is declared to be', async () => {
    const examiner = new Examiner({ maxPixels: 1, types: ['*'], isPublic: () => false, scanner: undefined });
    const of = async (archive: Buffer) => {
      const finding = await examiner.examine({
        ...{ tenantId: 't', kind: 'document', declaredType: 'application/zip', bytes: bytesOf(archive) },
      });
      return finding.verdict === 'clean' ? finding.contentType : finding.code;
    };
    expect(await of(zipOf([{ name: 'a' }]))).toBe('application/zip');
    expect(await of(zipOf([{ name: '../a' }]))).toBe('unsafe-archive');
  });
});
