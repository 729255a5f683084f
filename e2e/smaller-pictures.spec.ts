import { builtRecipe, openRecipe } from './testing/recipe-page.ts';
import { ReadmeBlocks } from './testing/readme-blocks.ts';
import { describeShowcase } from './testing/showcase.ts';

const README = new URL('../projects/resource-url/README.md', import.meta.url);

/** What is asked of an image element; this program is not compiled for browsers. */
interface Painted {
  currentSrc: string;
  naturalWidth: number;
  decode(): Promise<void>;
}

describeShowcase('Smaller pictures', (showcase) => {
  let recipe: string | undefined;
  const built = async (): Promise<string> =>
    (recipe ??= await builtRecipe((await ReadmeBlocks.read(README, 'smaller-pictures')).get('page.ts')));

  for (const [deviceScaleFactor, width] of [
    [1, 320],
    [2, 640],
  ] as const) {
    it(`are chosen by the browser in the recipe of the README, on a screen of density ${deviceScaleFactor}`, async () => {
      const script = await built();
      const { origin } = showcase().server;
      const visit = await showcase().open('/health/live', { deviceScaleFactor });
      const delivered: string[] = [];
      visit.page.on('response', (response) => {
        const url = new URL(response.url());
        const { 'content-type': type } = response.headers();
        if (url.pathname.startsWith('/cdn/')) {
          delivered.push(`${response.status()} ${type} ${url.pathname} ${url.searchParams.has('sig')}`);
        }
      });
      await openRecipe(visit.page, origin, script);
      const image = visit.page.locator('img[srcset]');
      await image.waitFor();
      const { src, natural } = await image.evaluate(async (element) => {
        const painted = element as unknown as Painted;
        await painted.decode();
        return { src: painted.currentSrc, natural: painted.naturalWidth };
      });
      const path = `/cdn/public/team/avatar-2.jpg/~${width}.webp`;
      expect(new URL(src).pathname).toBe(path);
      expect(natural).toBeGreaterThan(0);
      expect(delivered).toEqual([`200 image/webp ${path} true`]);
      expect(visit.signRequests).toEqual(['/api/resources/sign/batch']);
      expect(visit.complaints).toEqual([]);
    }, 90_000);
  }

  it('are what the documents page shows, each signed once, and larger ones when somebody looks', async () => {
    const visit = await showcase().open('/documents?kind=galleryPhoto&sort=name', { deviceScaleFactor: 2 });
    const thumbnails = visit.byTestId('thumbnail');
    await visit.byTestId('document').nth(19).waitFor();
    const shown = thumbnails.first();
    await visit.page.locator('[data-testid="thumbnail"][src*="sig="]').first().waitFor();
    const path = await shown.evaluate(async (element) => {
      const image = element as unknown as Painted;
      await image.decode();
      return new URL(image.currentSrc).pathname;
    });
    expect(path).toMatch(/^\/cdn\/public\/gallery\/[^/]+\/~160\.webp$/);
    expect((await shown.boundingBox())?.width).toBe(48);
    await visit.byTestId('document-preview').first().click();
    const preview = visit.page.locator('img[data-testid="preview"][srcset]');
    await preview.waitFor();
    const larger = await preview.evaluate(async (element) => {
      const image = element as unknown as Painted;
      await image.decode();
      return new URL(image.currentSrc).pathname;
    });
    expect(larger).toBe(path.replace('~160', '~1280'));
    expect(visit.complaints).toEqual([]);
  }, 60_000);
});
