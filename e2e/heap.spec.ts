import type { Browser, CDPSession } from 'playwright-core';
import { openPages, type Pages } from '../bench/load/pages.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { openWatchedPage, withQuery } from './testing/watched-page.ts';

const MEGABYTE = 1024 * 1024;

/** What JavaScript still holds when everything that can go has gone, bytes. */
async function usedHeap(devtools: CDPSession): Promise<number> {
  // Finalisers of one collection free what the next one takes.
  for (let n = 0; n < 3; n += 1) await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}

describe('A component that shows a resource', () => {
  let pages: Pages;
  let browser: Browser;

  beforeAll(async () => {
    if (!browserPath) return;
    [pages, browser] = await Promise.all([openPages(['production'], { photos: 20 }), openBrowser()]);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await pages?.stop();
  });

  for (const what of ['service', 'directives']) {
    it(`leaves nothing behind: after 10 000 times no more than a megabyte beyond 1 000 (${what})`, async () => {
      if (!browserPath) return pending('needs chromium');
      const { page, context, complaints, messages, close } = await openWatchedPage(browser);
      await context.addInitScript(`window.given = ${JSON.stringify(pages.given)}`);
      await page.goto(`${pages.origin}/production/cycles`);
      const devtools = await context.newCDPSession(page);
      await page.evaluate(`window.mountAndUnmount('${what}', 1_000)`);
      const before = await usedHeap(devtools);
      await page.evaluate(`window.mountAndUnmount('${what}', 9_000)`);
      const after = await usedHeap(devtools);
      const megabytes = [before, after].map((bytes) => (bytes / MEGABYTE).toFixed(2));
      console.log(`heap after 1 000 and 10 000 times, ${what}: ${megabytes.join(' and ')} MB`);
      expect(after).toBeLessThanOrEqual(before + MEGABYTE);
      expect(complaints).toEqual([]);
      expect(withQuery(messages)).toEqual([]);
      await close();
    }, 60_000);
  }
});
