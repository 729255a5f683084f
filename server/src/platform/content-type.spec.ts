import sharp from 'sharp';
import { sniffContentType } from './content-type.ts';

describe('the content type of bytes', () => {
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#369' } });
  const formats = {
    jpeg: 'image/jpeg',
    png: 'image/png',
    webp: 'image/webp',
    avif: 'image/avif',
    gif: 'image/gif',
  } as const;

  for (const [format, type] of Object.entries(formats)) {
    it(`recognises ${type} by its first bytes`, async () => {
      const bytes = await picture
        .clone()
        .toFormat(format as keyof typeof formats)
        .toBuffer();
      expect(await sniffContentType(bytes.subarray(0, 4100))).toBe(type);
    });
  }

  it('calls an animated PNG a PNG, as browsers do', async () => {
    const png = await picture.clone().png().toBuffer();
    const animation = Buffer.from('00000008' + '6163544c' + '0000000100000000' + '00000000', 'hex');
    const apng = Buffer.concat([png.subarray(0, 33), animation, png.subarray(33)]);
    expect(await sniffContentType(apng)).toBe('image/png');
  });

  for (const text of ['', 'hello', '<!doctype html><script>alert(1)</script>', 'ÿØ but not a JPEG']) {
    it(`knows no type for ${JSON.stringify(text)}`, async () => {
      expect(await sniffContentType(Buffer.from(text))).toBeUndefined();
    });
  }

  it('survives a beginning that promises more than there is', async () => {
    const cut = Buffer.from('504b0304140000000800', 'hex'); // a ZIP header that ends in the middle
    await expectAsync(sniffContentType(cut)).toBeResolved();
  });
});
