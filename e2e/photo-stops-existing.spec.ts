import type { Browser, Page } from 'playwright-core';
import { browserPath, openBrowser, photograph } from './testing/browser.ts';
import { dataFolder, startServer, type ServerProcess } from './testing/server-process.ts';

const ADAS = ['public/team/avatar-2.jpg', 'public/team/avatar-5.jpg', 'public/team/avatar-9.jpg'];
const GRACES = 'public/team/avatar-1.jpg';

/** What is asked of an image element; this program is not compiled for browsers. */
interface Painted {
  decode(): Promise<void>;
  naturalWidth: number;
  currentSrc: string;
}

describe('From npm start to a photo that stops existing', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (!browserPath) return;
    folder = await dataFolder();
    [server, browser] = await Promise.all([startServer(folder.path), openBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('403')) complaints.push(message.text());
    });
  });

  afterAll(async () => {
    if (!browserPath) return;
    await browser.close();
    await server.stop();
    await folder.remove();
  });

  const card = (path: string) => page.locator(`[data-testid="photo-card"][data-path="${path}"]`);
  const image = (path: string) => card(path).locator('[data-testid="photo-img"]');
  const gone = (path: string) => card(path).locator('[data-testid="photo-gone"]');
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

  /** The URL of a photo once it has really been painted. */
  const painted = async (path: string): Promise<string> => {
    await card(path).scrollIntoViewIfNeeded();
    await image(path).waitFor();
    return image(path).evaluate(async (element) => {
      const img = element as unknown as Painted;
      await img.decode();
      return img.naturalWidth > 0 ? img.currentSrc : '';
    });
  };

  const signInAs = async (person: string): Promise<void> => {
    await page.locator('[data-testid="person-menu"]').click();
    await page.locator(`[data-testid="person-${person}"]`).click();
  };

  const open = async (mode: 'development' | 'production'): Promise<string[]> => {
    const requests: string[] = [];
    const note = (request: { url(): string }): void => void requests.push(request.url());
    page.on('request', note);
    await page.goto(`${server.origin}/?mode=${mode}`);
    await page.locator('[data-testid="photo-card"]').nth(11).waitFor();
    await painted(ADAS[0]!);
    page.off('request', note);
    return requests;
  };

  it('goes from direct paths to signed URLs to nothing, and back under a new key', async () => {
    if (!browserPath) {
      pending('needs chromium');
      return;
    }

    // Development mode: direct paths, and not one request to the signing API.
    const direct = await open('development');
    expect(new URL(await painted(ADAS[0]!)).pathname).toBe('/assets/deployed/images/users/avatar-2.jpg');
    expect(direct.filter((url) => url.includes('/api/resources/sign'))).toEqual([]);
    await photograph(page, '1-development');

    // Production mode: the same page, signed in one request.
    const signed = await open('production');
    expect(signed.filter((url) => url.includes('/api/resources/sign')).length).toBe(1);
    const old = await Promise.all(ADAS.map(painted));
    const other = await painted(GRACES);
    for (const url of [...old, other]) {
      expect(new URL(url).pathname).toMatch(/^\/cdn\/public\/team\/avatar-\d+\.jpg$/);
      expect(await statusOf(url)).toBe(200);
    }
    await photograph(page, '2-production');

    // The administrator looks at a photo and sees who has seen it, live.
    await signInAs('admin');
    await page.locator('[data-testid="revoke-ada"]').waitFor();
    await painted(ADAS[0]!);
    await card(ADAS[0]!).click();
    await page.locator('[data-testid="audit-row"][data-event="delivery"]').first().waitFor();
    await page.locator('[data-testid="audit-row"][data-event="issuance"]').first().waitFor();
    const adminsUrl = await painted(ADAS[0]!);

    // One call.
    await page.locator('[data-testid="revoke-ada"]').click();
    await page.locator('[data-testid="confirm-revoke"]').click();
    await page.locator('[data-testid="receipt"]').waitFor();
    for (const url of [...old, adminsUrl]) expect(await statusOf(url)).toBe(403);
    expect(await statusOf(other)).toBe(200);
    await page.locator('[data-testid="audit-row"][data-event="denial"]').first().waitFor();
    await photograph(page, '3-revoked');

    // The page that is opened again has lost Ada's photos, and nobody else's.
    await page.goto(`${server.origin}/?mode=production`);
    for (const path of ADAS) await gone(path).waitFor();
    expect(await painted(GRACES)).toContain('/cdn/');
    expect(await gone(GRACES).count()).toBe(0);
    await photograph(page, '4-reloaded');

    // Direct paths still answer: that is the problem being solved, and the page says so.
    await open('development');
    await painted(ADAS[0]!);
    await page.locator('[data-testid="mode-callout"]').waitFor();
    await photograph(page, '5-direct-paths-still-answer');

    // Reinstated: a new URL works, the old one stays dead.
    await page.goto(`${server.origin}/?mode=production`);
    await page.locator('[data-testid="reinstate-ada"]').click();
    await page.locator('[data-testid="revoke-ada"]').waitFor();
    await page.goto(`${server.origin}/?mode=production`);
    const fresh = await painted(ADAS[0]!);
    expect(await statusOf(fresh)).toBe(200);
    for (const url of [...old, adminsUrl]) expect(await statusOf(url)).toBe(403);
    await photograph(page, '6-reinstated');

    expect(complaints).toEqual([]);
  }, 120_000);
});
