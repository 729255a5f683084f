import sharp from 'sharp';
import { failureOf, makePicture } from './make-picture.ts';

const DAY = 86_400;
const MINUTES = 300;

describe('A picture that cannot be made', () => {
  const cases: [string, string, number][] = [
    ['timeout: 34% complete', 'longer than 15 seconds. It is tried again after 5 minutes', MINUTES],
    ['vips_malloc: out of memory --- size == 48MB', 'no memory for it. It is tried again after 5', MINUTES],
    ['Input image exceeds pixel limit', 'more pixels than are decoded here', DAY],
    ['VipsJpeg: premature end of /home/ada/secret.jpg', 'cannot be decoded', DAY],
  ];
  for (const [message, told, seconds] of cases) {
    it(`is told without the library's words, and for ${seconds} seconds: ${message}`, () => {
      const failure = failureOf(new Error(message));
      expect([failure.status, failure.code, failure.rememberSeconds]).toEqual([
        ...[422, 'derivative-impossible', seconds],
      ]);
      expect(failure.detail).toContain(told);
      expect(failure.detail).not.toContain('ada');
    });
  }

  it('keeps no thread and no memory longer than it is made', async () => {
    const create = { width: 60, height: 60, channels: 3, background: '#fff' } as const;
    await makePicture(await sharp({ create }).png().toBuffer(), { width: 160, format: 'avif' }, 1e6);
    expect([sharp.concurrency(), sharp.cache().memory.max]).toEqual([1, 0]);
  });

  it('says so in the words of the library as it is', async () => {
    const create = { width: 600, height: 600, channels: 3, background: '#fff' } as const;
    const large = await sharp({ create }).png().toBuffer();
    await expectAsync(makePicture(large, { width: 160, format: 'webp' }, 1000)).toBeRejectedWith(
      jasmine.objectContaining({ detail: jasmine.stringContaining('more pixels') }),
    );
    await expectAsync(
      makePicture(large.subarray(0, 400), { width: 160, format: 'webp' }, 1e6),
    ).toBeRejectedWith(jasmine.objectContaining({ detail: 'It cannot be decoded.' }));
  });
});
