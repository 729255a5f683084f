import { Readable } from 'node:stream';
import { box, FILMED_AT, filmedMp4, filmedWebm, PLACE } from '../testing/films.ts';
import { examineFilm } from './examine-film.ts';
import type { ExaminedBytes } from './examination.ts';

function bytesOf(body: Buffer, opened: number[] = []): ExaminedBytes {
  return {
    size: body.length,
    open: ({ start, end } = { start: 0, end: body.length - 1 }) => {
      opened.push(Math.min(end, body.length - 1) - start + 1);
      return Promise.resolve(Readable.from([body.subarray(start, end + 1)]));
    },
  };
}

/** @returns what is stored of a film, or why it is refused */
async function stored(type: string, film: Buffer): Promise<Buffer | string> {
  const finding = await examineFilm(type, bytesOf(film));
  if (finding?.verdict !== 'clean') return finding?.reason ?? 'not looked at';
  if (!finding.replacement) return film;
  const chunks: Buffer[] = [];
  for await (const chunk of finding.replacement()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const sureOf = async (type: string, film: Buffer): Promise<Buffer> => {
  const found = await stored(type, film);
  if (typeof found === 'string') throw new Error(found);
  return found;
};

describe('a film of a public kind', () => {
  it('loses its place and its times, and no byte of it moves', async () => {
    const film = filmedMp4();
    const kept = await sureOf('video/mp4', film);
    expect(kept.length).toBe(film.length);
    expect(film.toString('latin1').split(PLACE).length).toBe(7);
    expect(kept.includes(PLACE)).toBeFalse();
    expect(kept.includes('xyz')).toBeFalse();
    const time = Buffer.alloc(4);
    time.writeUInt32BE(FILMED_AT);
    expect([film.includes(time), kept.includes(time)]).toEqual([true, false]);
    for (const part of ['ftyp', 'moov', 'stbl', 'mdat', 'hdlr', 'vide']) {
      expect(kept.indexOf(part)).withContext(part).toBe(film.indexOf(part));
    }
    const mdat = film.indexOf('mdat');
    expect(kept.subarray(mdat, mdat + 3000).equals(film.subarray(mdat, mdat + 3000))).toBeTrue();
    expect((await sureOf('video/mp4', kept)).equals(kept)).toBeTrue();
  });

  it('loses its place as WebM too, also when a browser recorded it without lengths', async () => {
    for (const film of [filmedWebm(), filmedWebm(true)]) {
      const kept = await sureOf('video/webm', film);
      expect([film.includes(PLACE), kept.includes(PLACE)]).toEqual([true, false]);
      expect(kept.length).toBe(film.length);
      expect(kept.includes(Buffer.alloc(8, 9))).toBeFalse();
      const cluster = Buffer.from('1f43b675', 'hex');
      expect(kept.lastIndexOf(cluster)).toBe(film.lastIndexOf(cluster));
      expect(kept.includes(Buffer.alloc(500, 'film'))).toBeTrue();
      expect((await sureOf('video/webm', kept)).equals(kept)).toBeTrue();
    }
  });

  it('is refused with a track of places, whose bytes lie among those of the picture', async () => {
    expect(await stored('video/mp4', filmedMp4('meta'))).toContain(
      'a track that is neither picture nor sound',
    );
  });

  it('is refused when it is cut off, or keeps its reader busy', async () => {
    const film = filmedMp4();
    const long = Buffer.from(film);
    long.writeUInt32BE(0xffff_fff0, film.indexOf('moov') - 4);
    const short = Buffer.from(film);
    short.writeUInt32BE(4, film.indexOf('moov') - 4);
    const webm = filmedWebm();
    const noLength = Buffer.from(webm);
    noLength.writeUInt8(0, webm.indexOf(Buffer.from('1549a966', 'hex')) + 4);
    expect(await stored('video/mp4', film.subarray(0, -200))).toContain('a wrong length');
    for (const bad of [long, short]) expect(await stored('video/mp4', bad)).toContain('a wrong length');
    const boxes = Buffer.concat(Array<Buffer>(200_001).fill(box('moof')));
    expect(await stored('video/mp4', boxes)).toContain('too many boxes');
    expect(await stored('video/webm', webm.subarray(0, -3))).toContain('longer than the file');
    expect(await stored('video/webm', noLength)).toContain('without its length');
    expect(await stored('video/webm', Buffer.from('text that is no film'))).toContain('no WebM header');
  });

  it('is read by its heads, whatever its length', async () => {
    const opened: number[] = [];
    await examineFilm('video/mp4', bytesOf(filmedMp4('vide', Buffer.alloc(40_000_000)), opened));
    expect(opened.reduce((sum, length) => sum + length, 0)).toBeLessThan(3_000_000);
  });

  it('is not looked into when it is of another type', async () => {
    expect(await stored('video/quicktime', filmedMp4())).toBe('not looked at');
  });
});
