/** @returns a box of an MP4 */
export function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** A time in 2025, in seconds since 1904. */
export const FILMED_AT = 3_847_000_000;
export const PLACE = '+52.5200+013.4050/';

const times = (length: number, version = 0): Buffer => {
  const body = Buffer.alloc(length + (version === 1 ? 12 : 0), 7);
  body.writeUInt32BE(version << 24, 0);
  if (version === 1) {
    body.writeBigUInt64BE(BigInt(FILMED_AT), 4);
    body.writeBigUInt64BE(BigInt(FILMED_AT), 12);
  } else {
    body.writeUInt32BE(FILMED_AT, 4);
    body.writeUInt32BE(FILMED_AT, 8);
  }
  return body;
};

/** An MP4 as phones make it, with its place wherever they write one. @param handler of its track */
export function filmedMp4(handler = 'vide', mdat: Buffer = Buffer.alloc(3000, 'film')): Buffer {
  const place = box('udta', box('\xa9xyz', Buffer.from(`\0\x12\x15\xc7${PLACE}`, 'latin1')));
  const keys = box(
    'meta',
    box('keys', Buffer.from('mdtacom.apple.quicktime.location.ISO6709')),
    Buffer.from(PLACE),
  );
  const hdlr = Buffer.concat([Buffer.alloc(8), Buffer.from(handler), Buffer.alloc(12)]);
  const media = box(
    'mdia',
    box('mdhd', times(24, 1)),
    box('hdlr', hdlr),
    box('minf', box('stbl', Buffer.alloc(40, 1))),
  );
  const track = box('trak', box('tkhd', times(84)), media, place, keys);
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2avc1mp41', 'latin1')),
    box('free', Buffer.from(`what was there before: ${PLACE}`)),
    box('moov', box('mvhd', times(100)), track, place, keys),
    box('mdat', mdat),
    box('uuid', Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex'), Buffer.from(`<x:xmpmeta>${PLACE}`)),
  ]);
}

/** @param length undefined: one that nobody knew when it was written */
function element(id: string, content: Buffer, knowsLength = true): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | (knowsLength ? BigInt(content.length) : (1n << 56n) - 1n));
  return Buffer.concat([Buffer.from(id, 'hex'), size, content]);
}

/** A WebM with its place in a tag. @param isLive as a browser records it, without lengths */
export function filmedWebm(isLive = false): Buffer {
  const tag = element('7373', element('67c8', Buffer.from(`LOCATION ${PLACE}`)));
  const date = Buffer.alloc(8, 9);
  const info = element(
    '1549a966',
    Buffer.concat([
      element('2ad7b1', Buffer.from([15, 66, 64])),
      element('4461', date),
      element('7ba9', Buffer.from(PLACE)),
    ]),
  );
  const cluster = element(
    '1f43b675',
    Buffer.concat([element('e7', Buffer.from([0])), element('a3', Buffer.alloc(500, 'film'))]),
    !isLive,
  );
  const segment = Buffer.concat([
    info,
    element('1654ae6b', Buffer.alloc(30, 1)),
    cluster,
    cluster,
    element('1254c367', tag),
  ]);
  return Buffer.concat([
    element('1a45dfa3', Buffer.concat([element('4282', Buffer.from('webm'))])),
    element('18538067', segment, !isLive),
  ]);
}
