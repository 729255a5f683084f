import type { Browser } from 'playwright-core';
import { openPages, type Pages, type PagesBuild } from '../bench/load/pages.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { decodedWidths, imageSources, openWatchedPage, withQuery } from './testing/watched-page.ts';

const IMAGES = 200;
const BUILDS: readonly PagesBuild[] = ['development', 'with-zone'];

// The template is [src]="service.getTeamMemberPhotoUrl(n) | async", in builds that check every binding twice.
describe('A page of two hundred images, each straight from the service,', () => {
  let pages: Pages;
  let browser: Browser;

  beforeAll(async () => {
    if (!browserPath) return;
    [pages, browser] = await Promise.all([openPages(BUILDS, { photos: IMAGES }), openBrowser()]);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await pages?.stop();
  });

  for (const build of BUILDS) {
    it(`costs one request, never resubscribes and complains of nothing (${build})`, async () => {
      if (!browserPath) return pending('needs chromium');
      const { page, context, signRequests, complaints, messages, close } = await openWatchedPage(browser);
      await context.addInitScript(`window.given = ${JSON.stringify(pages.given)}`);
      const subscriptions = (): Promise<number> => page.evaluate<number>('window.subscriptions');
      await page.goto(`${pages.origin}/${build}/photos`);
      expect(await page.evaluate<boolean>("'Zone' in window")).toBe(build === 'with-zone');
      expect(new Set(await decodedWidths(page, IMAGES))).toEqual(new Set([96]));
      expect(signRequests).toEqual([`${pages.origin}/api/resources/sign/batch`]);

      // Every binding is looked at again, twenty times.
      const before = { sources: await imageSources(page), subscriptions: await subscriptions() };
      for (let turn = 1; turn <= 20; turn += 1) {
        await page.click('#again');
        await page
          .locator(`img[title="${turn}"]`)
          .nth(IMAGES - 1)
          .waitFor();
      }
      expect(await imageSources(page)).toEqual(before.sources);
      expect(await subscriptions()).toBe(before.subscriptions);

      await page.click('#nothing');
      await page.locator('img').first().waitFor({ state: 'detached' });
      await page.click('#photos');
      await decodedWidths(page, IMAGES);
      expect(await imageSources(page)).toEqual(before.sources);
      expect(signRequests.length).toBe(1);
      expect(complaints).toEqual([]);
      expect(withQuery(messages)).toEqual([]);
      await close();
    }, 60_000);
  }
});
