import { filmDetails } from './film-details.ts';
import { fileOf } from './testing/files.ts';
import { recordedFilm } from './testing/recorded-film.ts';

/** Width, height and the colour in the middle of a picture. */
async function look(poster: Blob) {
  const bitmap = await createImageBitmap(poster);
  const { width, height } = bitmap;
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
  context?.drawImage(bitmap, 0, 0);
  const [red = 0, green = 0, blue = 0] = context?.getImageData(width / 2, height / 2, 1, 1).data ?? [];
  return { width, height, red, green, blue };
}

/** A tenth of a second of silence. */
function sound(): File {
  const header = new DataView(new ArrayBuffer(44 + 800));
  const write = (at: number, text: string) =>
    [...text].forEach((letter, index) => header.setUint8(at + index, letter.charCodeAt(0)));
  write(0, 'RIFF');
  header.setUint32(4, 36 + 800, true);
  write(8, 'WAVEfmt ');
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, 8_000, true);
  header.setUint32(28, 8_000, true);
  header.setUint16(32, 1, true);
  header.setUint16(34, 8, true);
  write(36, 'data');
  header.setUint32(40, 800, true);
  return new File([header.buffer], 'silence.wav', { type: 'audio/wav' });
}

describe('The details of a film', () => {
  let film: File;
  let made: jasmine.Spy<(file: Blob) => string>;
  let revoked: jasmine.Spy<(url: string) => void>;

  beforeAll(async () => {
    film = await recordedFilm({ colours: ['#000', '#f00'] });
  });

  beforeEach(() => {
    made = spyOn(URL, 'createObjectURL').and.callThrough();
    revoked = spyOn(URL, 'revokeObjectURL').and.callThrough();
  });

  // Whatever becomes of a film, the browser may let go of it.
  afterEach(() =>
    expect(revoked.calls.allArgs().flat()).toEqual(
      made.calls.all().map((call) => call.returnValue as string),
    ),
  );

  it('are a picture that is not black and the length, also where the file does not say it', async () => {
    const { poster, durationMs } = (await filmDetails(film))!;
    expect(poster.type).toBe('image/jpeg');
    const { width, height, red, green, blue } = await look(poster);
    expect([width, height]).toEqual([64, 48]);
    expect(red).toBeGreaterThan(200);
    expect(Math.max(green, blue)).toBeLessThan(60);
    expect(Number.isInteger(durationMs)).toBeTrue();
    // Each colour was there for 150 ms or longer.
    expect(durationMs).toBeGreaterThan(200);
    expect(made).toHaveBeenCalledTimes(1);
  });

  it('are there of a film that is black from beginning to end as well', async () => {
    const black = await recordedFilm({ colours: ['#000'] });
    const { red, green, blue } = await look((await filmDetails(black))!.poster);
    expect(Math.max(red, green, blue)).toBeLessThan(24);
  });

  it('hold a picture that is at most 1280 pixels wide', async () => {
    const wide = await recordedFilm({ colours: ['#00f', '#00f'], width: 1600, height: 40 });
    const { width, height, blue } = await look((await filmDetails(wide))!.poster);
    expect([width, height]).toEqual([1280, 32]);
    expect(blue).toBeGreaterThan(200);
  });

  it('are not to be had of what no browser plays, of sounds, and of nothing', async () => {
    const cut = new File([film.slice(0, 100)], 'cut.webm', { type: 'video/webm' });
    for (const file of [
      fileOf('text.mp4', 5_000, 'video/mp4'),
      cut,
      sound(),
      fileOf('no.mp4', 0, 'video/mp4'),
    ]) {
      expect(await filmDetails(file))
        .withContext(file.name)
        .toBeUndefined();
    }
    expect(made).toHaveBeenCalledTimes(4);
  });

  it('are not waited for any longer when the time is up or somebody ends it', async () => {
    // A browser never comes to the end of this: it is not given the file.
    spyOnProperty(HTMLMediaElement.prototype, 'src', 'set').and.stub();
    expect(await filmDetails(film, { timeLimitMs: 20 })).toBeUndefined();
    const leaving = new AbortController();
    const found = filmDetails(film, { signal: leaving.signal });
    leaving.abort();
    expect(await found).toBeUndefined();
    expect(await filmDetails(film, { signal: leaving.signal })).toBeUndefined();
    expect(made).toHaveBeenCalledTimes(2);
  });

  it('never throw, even where the browser has no canvas to draw on', async () => {
    spyOn(HTMLCanvasElement.prototype, 'getContext').and.returnValue(null);
    expect(await filmDetails(film)).toBeUndefined();
    spyOn(HTMLVideoElement.prototype, 'load').and.stub();
    spyOnProperty(HTMLMediaElement.prototype, 'src', 'set').and.throwError('no');
    expect(await filmDetails(film)).toBeUndefined();
  });
});
