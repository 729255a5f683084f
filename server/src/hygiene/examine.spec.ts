import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import sharp from 'sharp';
import { StorageUnavailable } from '../platform/storage-unavailable.ts';
import { CLAMD_STREAM_LIMIT, ClamdServer, clamdPath, TEST_VIRUS } from '../testing/clamd.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { Clamd, clamdAddress } from './clamd.ts';
import type { ExaminedBytes, Finding } from './examination.ts';
import { Examiner } from './examiner.ts';
import { openExaminer } from './open-examiner.ts';
import type { Scanner } from './scanner.ts';
import { DEFAULT_UPLOAD_TYPES } from './upload-types.ts';

const LIMIT = 10_000;
const GPS = {
  IFD0: { Copyright: 'SECRET-OWNER' },
  IFD3: { GPSLatitude: '52/1 31/1 12/1', GPSLatitudeRef: 'N' },
};
const ZIP_END = Buffer.concat([
  Buffer.from('PK\x01\x02', 'latin1'),
  Buffer.alloc(42),
  Buffer.from('PK\x05\x06\0\0\0\0\x01\0\x01\0', 'latin1'),
  Buffer.from([46, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
]);

const bytesOf = (content: Uint8Array): ExaminedBytes => ({
  size: content.length,
  open: (range) =>
    Promise.resolve(
      Readable.from([Buffer.from(range ? content.subarray(range.start, range.end + 1) : content)]),
    ),
});

const examine = (
  content: Uint8Array,
  declaredType: string,
  { kind = 'teamPhoto', name, scanner }: { kind?: string; name?: string; scanner?: Scanner } = {},
): Promise<Finding> =>
  new Examiner({ maxPixels: LIMIT, types: ['*'], isPublic: (one) => one !== 'document', scanner }).examine({
    tenantId: 'default',
    ...{ kind, declaredType, name },
    bytes: bytesOf(content),
  });

/** What is stored in the end. */
async function stored(content: Uint8Array, finding: Finding): Promise<Buffer> {
  if (finding.verdict !== 'clean') throw new Error(`${finding.verdict}: ${finding.reason}`);
  if (!finding.replacement) return Buffer.from(content);
  const chunks: Buffer[] = [];
  for await (const chunk of finding.replacement()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const codeOf = (finding: Finding): string => (finding.verdict === 'clean' ? 'clean' : finding.code);

const drawn = () =>
  sharp(Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7) % 256)), {
    raw: { width: 40, height: 30, channels: 3 },
  });

describe('an examination of a picture for everybody', () => {
  it('is refused for its name before its type, and told what to send where a client chose the type', async () => {
    const usual = new Examiner({
      ...{ maxPixels: LIMIT, types: DEFAULT_UPLOAD_TYPES, isPublic: () => false, scanner: undefined },
    });
    const reasonOf = async (declaredType: string, name: string): Promise<string | undefined> =>
      (await usual.glance({ kind: 'document', declaredType, name, head: Buffer.from('a') }))?.reason;
    expect(await reasonOf('application/octet-stream', 'setup.exe')).toBe(
      'A file named .exe would run where it is saved.',
    );
    expect(await reasonOf('application/octet-stream', 'setup')).toContain('Say which type the file has.');
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect(await reasonOf(type, 'a.txt')).toContain('Send the bytes of the file themselves');
    }
  });

  const formats = { jpeg: {}, png: {}, webp: {} } as const;
  for (const format of Object.keys(formats) as (keyof typeof formats)[]) {
    it(`takes place and owner out of a ${format}, and leaves every pixel, the orientation and the colours`, async () => {
      const original = await drawn()
        .withExif(GPS)
        .withMetadata({ orientation: 6, icc: 'p3' })
        .withXmp(
          '<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>SECRET-PLACE</exif:GPSLatitude></x:xmpmeta>',
        )
        .toFormat(format)
        .toBuffer();
      const before = await sharp(original).metadata();
      expect(before.exif && before.icc && before.xmp)
        .withContext('the test has what it looks for')
        .toBeTruthy();
      const type = `image/${format}`;
      const after = await stored(original, await examine(original, type));
      const { orientation, icc, xmp, exif } = await sharp(after).metadata();
      expect(orientation).toBe(6);
      expect(icc).toEqual(before.icc);
      expect(xmp).toBeUndefined();
      expect(exif?.length).toBeLessThan(40);
      expect(after.includes('SECRET')).toBeFalse();
      expect(await sharp(after).raw().toBuffer()).toEqual(await sharp(original).raw().toBuffer());
      // What was cleaned is clean.
      expect(await examine(after, type)).toEqual({
        verdict: 'clean',
        contentType: type,
        replacement: undefined,
      });
    });
  }

  it('takes out what comes after the end: another picture, or an archive', async () => {
    for (const format of ['jpeg', 'png', 'gif'] as const) {
      const original = await drawn().toFormat(format).toBuffer();
      const both = Buffer.concat([original, ZIP_END]);
      expect((await stored(both, await examine(both, `image/${format}`))).includes('PK\x05\x06')).toBeFalse();
    }
  });

  it('leaves pictures that say nothing as they are, byte for byte', async () => {
    for (const format of ['jpeg', 'png', 'gif', 'webp', 'avif'] as const) {
      const original = await drawn().toFormat(format).toBuffer();
      expect(await stored(original, await examine(original, `image/${format}`)))
        .withContext(format)
        .toEqual(original);
    }
  });

  it('takes an AVIF with EXIF only where few see it', async () => {
    const original = await drawn().withExif(GPS).avif().toBuffer();
    expect(codeOf(await examine(original, 'image/avif'))).toBe('unreadable-picture');
    expect(codeOf(await examine(original, 'image/avif', { kind: 'document' }))).toBe('clean');
  });

  it('leaves private documents as they are', async () => {
    const original = await drawn().withExif(GPS).jpeg().toBuffer();
    expect(await stored(original, await examine(original, 'image/jpeg', { kind: 'document' }))).toEqual(
      original,
    );
  });
});

describe('an examination refuses', () => {
  const header = (width: number, height: number): Buffer => {
    const png = Buffer.from(onePixelPng);
    png.writeUInt32BE(width, 16);
    png.writeUInt32BE(height, 20);
    return png;
  };
  const jpeg = () => drawn().jpeg().toBuffer();
  const document = { kind: 'document' };
  const animation = () =>
    sharp({ create: { width: 80, height: 80 * 20, channels: 3, background: '#123' } })
      .composite(
        Array.from({ length: 20 }, (_, i) => ({
          input: { create: { width: 80, height: 80, channels: 3, background: { r: i * 12, g: 0, b: 0 } } },
          top: i * 80,
          left: 0,
        })),
      )
      .raw()
      .toBuffer()
      .then((raw) =>
        sharp(raw, { raw: { width: 80, height: 1600, channels: 3, pageHeight: 80 } })
          .gif()
          .toBuffer(),
      );

  const table: [string, () => Promise<Uint8Array> | Uint8Array, string, object, string][] = [
    [
      'a PNG that says it has 4 billion pixels',
      () => header(65_535, 65_535),
      'image/png',
      {},
      'too-many-pixels',
    ],
    ['a picture with a pixel too many', () => header(LIMIT + 1, 1), 'image/png', document, 'too-many-pixels'],
    ['an animation that is small and long', animation, 'image/gif', {}, 'too-many-pixels'],
    [
      'a JPEG without a picture',
      () => Buffer.from('ffd8ffe000104a464946000101000001000100000000ffd9', 'hex'),
      'image/jpeg',
      {},
      'unreadable-picture',
    ],
    ['a PNG that is cut off', () => onePixelPng.subarray(0, 50), 'image/png', {}, 'unreadable-picture'],
    [
      'a PNG whose chunk is longer than the file',
      () => pngOf(1000).subarray(0, 900),
      'image/png',
      {},
      'unreadable-picture',
    ],
    [
      'a JPEG that is a JAR too',
      async () => Buffer.concat([await jpeg(), ZIP_END]),
      'image/jpeg',
      document,
      'two-types',
    ],
    [
      'a PDF that is an archive too',
      () => Buffer.concat([Buffer.from('%PDF-1.7\n%%EOF\n'), ZIP_END]),
      'application/pdf',
      document,
      'two-types',
    ],
    [
      'a PDF behind a script',
      () => Buffer.from('<script>1</script>\n%PDF-1.7\n%%EOF'),
      'application/pdf',
      document,
      'content-mismatch',
    ],
    [
      'HTML as a picture',
      () => Buffer.from('<!doctype html><script>1</script>'),
      'image/gif',
      {},
      'content-mismatch',
    ],
    [
      'an SVG as a picture',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image/png',
      {},
      'content-mismatch',
    ],
    [
      'a program as plain bytes',
      () => Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)]),
      'application/octet-stream',
      document,
      'content-mismatch',
    ],
    [
      'text that would run as a batch file',
      () => Buffer.from('del *'),
      'text/plain',
      { ...document, name: 'invoice.txt.BAT . ' },
      'unsupported-type',
    ],
  ];
  for (const [what, content, type, options, code] of table) {
    it(what, async () => {
      expect(codeOf(await examine(await content(), type, options))).toBe(code);
    });
  }

  it('nothing that is as it should be', async () => {
    expect(codeOf(await examine(await jpeg(), 'image/jpeg', { name: 'Müller.bat.jpg' }))).toBe('clean');
    expect(codeOf(await examine(Buffer.from('%PDF-1.7\n%%EOF'), 'application/pdf', document))).toBe('clean');
    expect(codeOf(await examine(Buffer.from('PK is a name'), 'text/plain', document))).toBe('clean');
  });
});

describe('the address of clamd', () => {
  for (const [setting, address] of [
    ['clamav', { host: 'clamav', port: 3310 }],
    ['10.0.0.5:3311', { host: '10.0.0.5', port: 3311 }],
    ['[::1]:3310', { host: '::1', port: 3310 }],
    ['/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
    ['a:b:c', undefined],
    ['host:0', undefined],
    ['tcp://host', undefined],
  ] as const) {
    it(`understands ${setting}`, () => expect(clamdAddress(setting)).toEqual(address));
  }
});

describe('a scan by clamd', () => {
  let clamd: ClamdServer | undefined;

  beforeAll(async () => {
    if (clamdPath) clamd = await ClamdServer.start();
  });

  afterAll(() => clamd?.stop());

  const scanned = (content: Uint8Array): Promise<Finding> => {
    if (!clamd) throw new Error('needs clamd');
    const scanner = new Clamd({ host: '127.0.0.1', port: clamd.port });
    return examine(content, 'application/octet-stream', { kind: 'document', scanner });
  };

  const withClamd = (what: string, work: () => Promise<void>): void => {
    it(what, async () => {
      if (!clamd) pending('needs clamd');
      await work();
    });
  };

  withClamd('lets pass what is clean', async () => {
    expect(codeOf(await scanned(Buffer.alloc(300_000, 'clean ')))).toBe('clean');
  });

  withClamd('puts what it finds into quarantine, wherever it is', async () => {
    const inside = Buffer.concat([Buffer.alloc(200_000, 'x'), Buffer.from(TEST_VIRUS), Buffer.alloc(9, 'y')]);
    const finding = await scanned(inside);
    expect(codeOf(finding)).toBe('infected');
    expect((finding as { reason: string }).reason).toContain('Countersign.Test');
  });

  withClamd('puts what is larger than it takes into quarantine, and says which setting', async () => {
    const finding = await scanned(Buffer.alloc(CLAMD_STREAM_LIMIT * 8, 'z'));
    expect(codeOf(finding)).toBe('not-scanned');
    expect((finding as { reason: string }).reason).toContain('StreamMaxLength');
  });

  withClamd('says nothing of bytes that cannot be read: that is no verdict', async () => {
    const scanner = new Clamd({ host: '127.0.0.1', port: clamd!.port });
    const failure = new StorageUnavailable('GetObject', 'ECONNRESET');
    const halfOfIt = async function* () {
      yield Buffer.alloc(500_000, 'a');
      await Promise.resolve();
      throw failure;
    };
    for (const open of [() => Promise.reject(failure), () => Promise.resolve(Readable.from(halfOfIt()))]) {
      await expectAsync(scanner.scan({ size: 1_000_000, open })).toBeRejectedWith(failure);
    }
    expect(codeOf(await scanned(Buffer.from('goes on')))).toBe('clean');
  });

  withClamd('looks at many at once', async () => {
    const findings = await Promise.all(
      Array.from({ length: 20 }, (_, i) => scanned(Buffer.from(i % 2 ? TEST_VIRUS : `clean ${i}`))),
    );
    expect(findings.map(codeOf)).toEqual(findings.map((_, i) => (i % 2 ? 'infected' : 'clean')));
  });

  describe('that is not there', () => {
    const against = async (server: Server | undefined, port: number): Promise<Finding> => {
      const scanner = new Clamd({ host: '127.0.0.1', port }, 100);
      const finding = await examine(Buffer.from('x'), 'text/plain', { kind: 'document', scanner });
      server?.close();
      return finding;
    };
    const listening = async (answer: string | undefined): Promise<[Server, number]> => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined).resume();
        if (answer !== undefined) socket.end(answer);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return [server, (server.address() as AddressInfo).port];
    };

    it('is told of at the start, by the name of its setting', async () => {
      const [server, port] = await listening('');
      const lines: string[] = [];
      const told = new Promise<void>((resolve) => {
        const log = pino({}, { write: (line: string) => (lines.push(line), resolve()) });
        const settings = { maxImagePixels: LIMIT, uploadTypes: ['*'], clamdHost: `127.0.0.1:${port}` };
        openExaminer(settings, () => false, log);
      });
      await told;
      server.close();
      expect(lines.join()).toContain('CLAMD_HOST');
    });
    it('puts everything into quarantine', async () => {
      const [server, port] = await listening('');
      server.close();
      await once(server, 'close');
      expect(codeOf(await against(undefined, port))).toBe('not-scanned');
    });
    for (const [what, answer] of [
      ['says nothing', undefined],
      ['hangs up', ''],
      ['says something else', 'HTTP/1.1 200 OK\r\n\r\n\0'],
      ['says OK without the end of an answer', 'stream: OK'],
    ] as const) {
      it(`or that ${what} does so too`, async () => {
        expect(codeOf(await against(...(await listening(answer))))).toBe('not-scanned');
      });
    }
  });
});
