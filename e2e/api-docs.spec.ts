import { browserPath, photograph } from './testing/browser.ts';
import { Showcase } from './testing/showcase.ts';

describe('The page that shows the API', () => {
  let showcase: Showcase;

  beforeAll(async () => {
    if (browserPath) showcase = await Showcase.start();
  }, 60_000);

  afterAll(() => showcase?.stop());

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`lists every call, and is ${colorScheme} where everything is`, async () => {
      if (!browserPath) return pending('needs chromium');
      const { page, complaints } = await showcase.open('/api/docs', { colorScheme });
      await page.locator('.opblock').first().waitFor();
      const document = (await (await fetch(`${showcase.server.origin}/api/openapi.json`)).json()) as {
        paths: Record<string, Record<string, unknown>>;
      };
      const operations = Object.values(document.paths).flatMap((item) =>
        Object.keys(item).filter((method) => method !== 'servers'),
      );
      expect(await page.locator('.opblock').count()).toBe(operations.length);
      const [background, text] = await page.evaluate<string[]>(
        `[document.documentElement, document.querySelector('.swagger-ui .title')].map((element, index) =>
          getComputedStyle(element)[index === 0 ? 'backgroundColor' : 'color'])`,
      );
      const isDark = (color = ''): boolean => {
        const [red = 255, green = 255, blue = 255, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
        return alpha > 0 && Math.max(red, green, blue) < 120;
      };
      expect(isDark(background))
        .withContext(`background ${background}`)
        .toBe(colorScheme === 'dark');
      expect(isDark(text))
        .withContext(`text ${text}`)
        .toBe(colorScheme === 'light');
      await photograph(page, `api-docs-${colorScheme}`);
      expect(complaints).toEqual([]);
    }, 60_000);
  }
});
