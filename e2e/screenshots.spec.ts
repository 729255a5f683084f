import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserPath, openBrowser } from './testing/browser.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer } from './testing/server-process.ts';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const SOURCES = fileURLToPath(new URL('../projects/showcase/src/', import.meta.url));
const SEEDS = fileURLToPath(new URL('../server/src/samples/', import.meta.url));
const TAKEN_FROM = join(IMAGES, 'taken-from.json');

/** One hash over everything that decides what the page looks like; the types of the wire do not. */
async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of [SOURCES, SEEDS]) {
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      /(?<!\.spec|wire-types)\.(ts|html|scss)$/.test(name),
    );
    for (const name of names.sort()) hash.update(`${name}\n`).update(await readFile(join(folder, name)));
  }
  return hash.digest('hex');
}

/** Takes the pictures of README and docs: the documents page, and the team page after a revocation, light and dark. */
async function takeScreenshots(): Promise<void> {
  const folder = await filledFolder();
  const [server, browser] = await Promise.all([startServer(folder.path), openBrowser()]);
  try {
    await mkdir(IMAGES, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme });
      await page.goto(server.origin);
      await page.locator('[data-testid="photo-card"]').nth(11).waitFor();
      await page.locator('[data-testid="person-menu"]').click();
      await page.locator('[data-testid="person-admin"]').click();
      const ada = page.locator('[data-testid="photo-card"][data-path="public/team/avatar-2.jpg"]');
      await page.locator('[data-testid="revoke-ada"]').waitFor();
      await ada.locator('[data-testid="photo-img"]').waitFor();
      await ada.click();
      await page.locator('[data-testid="revoke-ada"]').click();
      await page.locator('[data-testid="confirm-revoke"]').click();
      await page.locator('[data-testid="receipt"]').waitFor();
      await ada.locator('[data-testid="photo-gone"]').waitFor();
      await page.mouse.move(0, 0);
      const newest = page.locator('[data-testid="audit-row"]').first();
      await newest.and(page.locator('[data-event="denial"]')).waitFor();
      // What is still moving or fading in is shown as it will be.
      await page.screenshot({ path: join(IMAGES, `team-page-${colorScheme}.png`), animations: 'disabled' });
      await page.locator('[data-testid="page-documents"]').click();
      await page.locator('[data-testid="document"]').nth(4).waitFor();
      await page.locator('[data-testid="document-more"]').nth(1).click();
      await page.locator('[data-testid="document-edit"]').click();
      await page.locator('[data-testid="edit-notes"]').waitFor();
      await page.mouse.move(0, 0);
      const documents = join(IMAGES, `documents-page-${colorScheme}.png`);
      await page.screenshot({ path: documents, animations: 'disabled' });
      await page.close();
      const token = await server.signIn('admin');
      await server.post('/api/owners/ada/reinstate', {}, token);
    }
    await writeFile(TAKEN_FROM, `${JSON.stringify({ sources: await sourcesHash() }, null, 2)}\n`);
  } finally {
    await browser.close();
    await server.stop();
    await folder.remove();
  }
}

describe('the pictures in README and docs', () => {
  it('show the page as it is now (else: UPDATE_SCREENSHOTS=1 npm test -- screenshots)', async () => {
    if (process.env['UPDATE_SCREENSHOTS']) {
      if (!browserPath) throw new Error('needs chromium');
      await takeScreenshots();
    }
    const { sources } = JSON.parse(await readFile(TAKEN_FROM, 'utf8')) as { sources: string };
    expect(sources).toBe(await sourcesHash());
    const images = await readdir(IMAGES);
    expect(images).toEqual(
      jasmine.arrayContaining(
        ['documents', 'team'].flatMap((page) => [`${page}-page-light.png`, `${page}-page-dark.png`]),
      ),
    );
  }, 60_000);
});
