import sharp from 'sharp';
import { sniffContentType } from '../platform/content-type.ts';
import { drawPortrait } from './portrait/portrait.ts';
import { examinePhoto } from './examine-photo.ts';
import { SAMPLE_PICTURES } from './pictures.ts';
import { SAMPLE_PORTRAITS } from './sample-portraits.ts';

describe('The sample pictures', () => {
  let drawn: { name: string; contentType: string; bytes: Buffer }[];
  beforeAll(async () => {
    drawn = await Promise.all(
      SAMPLE_PICTURES.map(async ({ name, contentType, draw }) => ({
        name,
        contentType,
        bytes: await draw(),
      })),
    );
  });

  it('have the names that scripts rely on, avatar-1.jpg to avatar-12.jpg, and three of other types', () => {
    const names = SAMPLE_PICTURES.map(({ name }) => name);
    expect(names.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, n) => `avatar-${n + 1}.jpg`));
    expect(names.slice(12)).toEqual(['avatar-13.png', 'avatar-14.webp', 'avatar-15.avif']);
  });

  it('are what their type says, and whole', async () => {
    for (const { name, contentType, bytes } of drawn) {
      expect(await sniffContentType(bytes))
        .withContext(name)
        .toBe(contentType);
      expect(await examinePhoto(bytes))
        .withContext(name)
        .toEqual(jasmine.objectContaining({ contentType }));
    }
  });

  it('are the same bytes each time', async () => {
    for (const [index, picture] of SAMPLE_PICTURES.entries()) {
      expect((await picture.draw()).equals(drawn[index]!.bytes))
        .withContext(picture.name)
        .toBeTrue();
    }
  });

  it('differ in size, proportion, progression and orientation as photos do', async () => {
    const metadata = await Promise.all(drawn.map(({ bytes }) => sharp(bytes).metadata()));
    expect(new Set(metadata.map(({ width, height }) => `${width}x${height}`)).size).toBe(
      SAMPLE_PICTURES.length,
    );
    const proportions = metadata.map(({ width, height }) => Math.sign(width - height));
    expect(new Set(proportions)).toEqual(new Set([-1, 0, 1]));
    expect(new Set(metadata.map(({ isProgressive }) => isProgressive)).size).toBe(2);
    const turned = metadata.filter(({ orientation }) => orientation === 6);
    expect(turned.length).toBe(1);
    expect(turned[0]!.width).toBeGreaterThan(turned[0]!.height);
    expect(turned[0]!.autoOrient.height).toBeGreaterThan(turned[0]!.autoOrient.width);
  });

  it('show people who can be told apart at the size of a thumbnail', async () => {
    const thumbnails = await Promise.all(
      drawn.map(({ bytes }) => sharp(bytes).autoOrient().resize(12, 12).removeAlpha().raw().toBuffer()),
    );
    for (const [index, one] of thumbnails.entries()) {
      for (const other of thumbnails.slice(index + 1)) {
        const difference = one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
        expect(difference).toBeGreaterThan(15);
      }
    }
  });

  it('are drawn without fonts or links, so that they look the same on every machine', () => {
    for (const { portrait } of SAMPLE_PORTRAITS) {
      expect(drawPortrait(portrait, { width: 300, height: 400 })).not.toMatch(
        /<text|font|href|NaN|undefined/,
      );
    }
  });

  it('are of people with different names', () => {
    expect(new Set(SAMPLE_PORTRAITS.map(({ name }) => name)).size).toBe(SAMPLE_PORTRAITS.length);
  });
});
