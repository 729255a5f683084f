import type { Browser, Page } from 'playwright-core';
import { onePixelPng } from '../server/src/testing/pictures.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer, type ServerProcess } from './testing/server-process.ts';

const SIXTY = `${'w'.repeat(56)}.png`;
const TWO_HUNDRED = `${'m'.repeat(196)}.png`;
const TWO_HUNDRED_FORTY = `${'x'.repeat(236)}.png`;

describe('A page with very long file names', () => {
  let folder: Awaited<ReturnType<typeof filledFolder>>;
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    if (!browserPath) return;
    folder = await filledFolder();
    [server, browser] = await Promise.all([startServer(folder.path), openBrowser()]);
    const token = await server.signIn('ada');
    for (const name of [SIXTY, TWO_HUNDRED]) expect(await upload(name, token)).toBe(201);
  }, 60_000);

  afterAll(async () => {
    if (!browserPath) return;
    await browser.close();
    await server.stop();
    await folder.remove();
  });

  const upload = async (name: string, token: string): Promise<number> => {
    const response = await fetch(`${server.origin}/api/resources?kind=teamPhoto&name=${name}`, {
      method: 'POST',
      headers: { 'content-type': 'image/png', authorization: `Bearer ${token}` },
      body: Buffer.from(onePixelPng),
    });
    return response.status;
  };

  /** How far the page scrolls sideways, in CSS pixels. */
  const sideways = (page: Page): Promise<number> =>
    page.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - innerWidth)');

  for (const viewport of [
    { width: 390, height: 844 },
    { width: 1280, height: 800 },
  ]) {
    it(`never scrolls sideways at ${viewport.width} x ${viewport.height}`, async () => {
      if (!browserPath) {
        pending('needs chromium');
        return;
      }
      const page = await browser.newPage({ viewport });
      const card = (name: string) => page.locator('[data-testid="photo-card"]', { hasText: name });
      await page.goto(server.origin);
      for (const name of [SIXTY, TWO_HUNDRED]) await card(name).first().waitFor();
      expect(await sideways(page))
        .withContext('the cards')
        .toBe(0);

      const photo = { name: TWO_HUNDRED_FORTY, mimeType: 'image/png' };
      const picker = page.waitForEvent('filechooser');
      await page.locator('[data-testid="add-photos"]').click();
      await (
        await picker
      ).setFiles([
        { ...photo, buffer: Buffer.from(onePixelPng) },
        { ...photo, buffer: Buffer.alloc(0) },
      ]);
      const list = page.locator('[data-testid="upload"]');
      await list.and(page.locator('[data-state="completed"]')).waitFor();
      const refused = list.and(page.locator('[data-state="failed"]'));
      await refused.waitFor();
      expect(await refused.textContent()).toContain('The file is empty.');
      expect(await sideways(page))
        .withContext('the list of uploads')
        .toBe(0);

      await card(TWO_HUNDRED).first().click();
      await page.locator('app-audit-list').waitFor();
      expect(await sideways(page))
        .withContext('the paper trail')
        .toBe(0);
      await page.close();
    }, 60_000);
  }
});
