import type { Browser, Page } from 'playwright-core';
import { openPages, type Pages } from '../bench/load/pages.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { MOVABLE_CLOCK, moveClock } from './testing/moved-clock.ts';
import { decodedWidths, openWatchedPage, withQuery, type WatchedPage } from './testing/watched-page.ts';

const TWO_HOURS = 2 * 60 * 60_000;
const LINKS = 3;
const IMAGES = 5;

type Addresses = Record<'links' | 'early' | 'late', string[]>;

/** Every address in the document. */
async function addresses(page: Page): Promise<Addresses> {
  const all = (selector: string, property: string): Promise<string[]> =>
    page
      .locator(selector)
      .evaluateAll(
        (elements: Record<string, string>[], name) => elements.map((one) => one[name] ?? ''),
        property,
      );
  return {
    links: await all('a[href*="/cdn/"]', 'href'),
    early: await all('img.early', 'src'),
    late: await all('img.late', 'src'),
  };
}

const expired = (urls: readonly string[], now: number): string[] =>
  urls.filter((url) => Number(new URL(url).searchParams.get('exp')) * 1000 <= now);

// The clocks of page and server jump together; the longest lifetime of what the page shows is an hour.
describe('After two hours away', () => {
  let pages: Pages;
  let browser: Browser;

  beforeAll(async () => {
    if (!browserPath) return;
    const started = await Promise.all([
      openPages(['production'], { photos: IMAGES, files: LINKS }),
      openBrowser({ backForwardCache: true }),
    ]);
    [pages, browser] = started;
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await pages?.stop();
  });

  beforeEach(() => pages?.setClock(0));

  /** The page with everything it shows at first. */
  const opened = async (): Promise<WatchedPage & { before: Addresses }> => {
    const watched = await openWatchedPage(browser);
    const { page, context } = watched;
    await context.addInitScript(`window.given = ${JSON.stringify(pages.given)};${MOVABLE_CLOCK}`);
    await page.goto(`${pages.origin}/production/links`);
    await decodedWidths(page, IMAGES);
    const before = await addresses(page);
    expect([before.links.length, before.early.length]).toEqual([LINKS, IMAGES]);
    expect(expired([...before.links, ...before.early], Date.now())).toEqual([]);
    expect(watched.signRequests.length).toBe(1);
    return { ...watched, before };
  };

  const expectNothingExpired = async ({
    page,
    before,
    signRequests,
    complaints,
    messages,
    close,
  }: WatchedPage & { before: Addresses }): Promise<void> => {
    const now = Date.now() + TWO_HOURS;
    expect(expired([...before.links, ...before.early], now).length).toBe(LINKS + IMAGES);
    // An event would be the application's; what counts is what stands in the document.
    await page.waitForFunction(
      `[...document.querySelectorAll('a[href*="/cdn/"]')].every(({ href }) =>
        new URL(href).searchParams.get('exp') * 1000 > Date.now())`,
      undefined,
      { polling: 'raf', timeout: 15_000 },
    );
    expect(signRequests.length).withContext('sign requests, one of them for all links').toBe(2);
    await page.click('#more');
    await page
      .locator('img.late')
      .nth(IMAGES - 1)
      .waitFor({ state: 'attached' });
    await decodedWidths(page, 2 * IMAGES);
    const after = await addresses(page);
    expect(after.late.length).toBe(IMAGES);
    expect(expired([...after.links, ...after.late], now)).toEqual([]);
    // What is painted already is not loaded again.
    expect(after.early).toEqual(before.early);
    expect(signRequests.length).toBe(3);
    expect(complaints).toEqual([]);
    expect(withQuery(messages)).toEqual([]);
    await close();
  };

  it('on another page, the back/forward cache shows no expired URL', async () => {
    if (!browserPath) return pending('needs chromium');
    const watched = await opened();
    const { page } = watched;
    await page.evaluate(
      "window.returned = new Promise((resolve) => addEventListener('pageshow', resolve)); undefined",
    );
    await page.goto(`${pages.origin}/health/live`);
    await pages.setClock(TWO_HOURS);
    await moveClock(page, TWO_HOURS);
    // A page that was kept is not loaded again.
    await page.goBack({ waitUntil: 'commit' });
    expect(await page.evaluate('window.returned.then(({ persisted }) => persisted)')).toBeTrue();
    await expectNothingExpired(watched);
  }, 60_000);

  it('asleep, a page that was hidden shows no expired URL', async () => {
    if (!browserPath) return pending('needs chromium');
    const watched = await opened();
    const { page } = watched;
    // No headless page is ever hidden by itself.
    const become = (hidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        Object.defineProperty(document, 'visibilityState', { value: '${hidden ? 'hidden' : 'visible'}', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`);
    await become(true);
    await pages.setClock(TWO_HOURS);
    await moveClock(page, TWO_HOURS);
    expect(watched.signRequests.length).toBe(1);
    await become(false);
    await expectNothingExpired(watched);
  }, 60_000);
});
