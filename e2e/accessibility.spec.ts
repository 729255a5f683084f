import { fileURLToPath } from 'node:url';
import { onePixelPng } from '../server/src/testing/pictures.ts';
import { photograph } from './testing/browser.ts';
import { describeShowcase, type Visit } from './testing/showcase.ts';

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What stands in the way of people, as axe-core names it: serious and critical findings only. */
async function obstacles({ page }: Visit): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** Pages, what to wait for before they are looked at, and their titles. */
const PAGES = [
  { path: 'team', title: 'The team · Countersign', there: '[data-testid="photo-img"].arrived >> nth=11' },
  {
    path: 'gallery',
    title: 'Gallery · Countersign',
    there: '[data-testid="gallery-shown"]:text-is("200")',
  },
  { path: 'documents', title: 'Documents · Countersign', there: '[data-testid="document"] >> nth=4' },
  { path: 'video', title: 'Video · Countersign', there: '[data-testid="url-number"]:text-is("1")' },
  { path: 'upload', title: 'Upload · Countersign', there: '[data-testid="drop-zone"]' },
] as const;

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'light-390', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'dark-390', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;

describeShowcase('Every page', (showcase) => {
  const open = async (path: string, { colorScheme, viewport }: (typeof LOOKS)[number]): Promise<Visit> => {
    const visit = await showcase().open('/', { colorScheme, viewport, reducedMotion: 'reduce' });
    await visit.page.addInitScript({ path: AXE });
    await visit.page.goto(`${showcase().server.origin}/${path}`);
    return visit;
  };

  for (const look of LOOKS) {
    for (const { path, title, there } of PAGES) {
      it(`is open to everybody and fits: ${path}, ${look.name}`, async () => {
        const visit = await open(path, look);
        await visit.page.locator(there).waitFor();
        expect(await visit.page.title()).toBe(title);
        expect(await obstacles(visit)).toEqual([]);
        expect(await visit.sideways()).toBe(0);
        await photograph(visit.page, `page-${path}-${look.name}`);
      }, 60_000);
    }

    it(`stays so with uploads that wait, are paused, stored, refused and not taken, ${look.name}`, async () => {
      const visit = await open('upload', look);
      const add = async (...names: string[]): Promise<void> => {
        const picker = visit.page.waitForEvent('filechooser');
        await visit.byTestId('drop-zone').click();
        const files = names.map((name) => ({
          name,
          mimeType: name.endsWith('.heic') ? 'image/heic' : 'image/png',
          buffer: Buffer.from(name.startsWith('not ') ? 'text' : onePixelPng),
        }));
        await (await picker).setFiles(files);
      };
      const row = (state: string) => visit.page.locator(`[data-testid="upload"][data-state="${state}"]`);
      await add('stored.png', 'not a picture.png', 'not one either.png');
      await row('completed').waitFor();
      await row('failed').nth(1).waitFor();
      await visit.page.context().setOffline(true);
      await add('paused.png', 'waits for the line.png', 'phone.heic');
      await row('waiting').nth(1).waitFor();
      await visit.byTestId('uploads-pause').click();
      await visit.byTestId('uploads-resume').click();
      await row('waiting').nth(1).waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.byTestId('uploads-pause').click();
      await row('paused').nth(1).waitFor();
      await visit.byTestId('upload-not-taken').scrollIntoViewIfNeeded();
      expect(await obstacles(visit)).toEqual([]);
      expect(await visit.sideways()).toBe(0);
      await photograph(visit.page, `page-upload-list-${look.name}`);
    }, 60_000);

    it(`stays so while a document is described, looked at, not found and about to be deleted, ${look.name}`, async () => {
      const visit = await open('documents', look);
      await visit.byTestId('document-more').first().click();
      await visit.byTestId('document-edit').waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.byTestId('document-edit').click();
      await visit.byTestId('edit-label').fill('A label');
      expect(await obstacles(visit)).toEqual([]);
      await visit.byTestId('edit-save').click();
      await visit.byTestId('document-label').first().waitFor();
      await visit.chooseFor(visit.byTestId('document').first(), 'document-assign');
      await visit.byTestId('assign-collection').waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.page.keyboard.press('Escape');
      await visit.byTestId('assign-collection').waitFor({ state: 'detached' });
      await visit.chooseFor(visit.byTestId('document').first(), 'document-versions');
      await visit.page.getByText('There is no older one').waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.page.keyboard.press('Escape');
      await visit.byTestId('version-replace').waitFor({ state: 'detached' });
      await visit.chooseFor(visit.byTestId('document').first(), 'document-delete');
      await visit.byTestId('confirm-delete').waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.page.keyboard.press('Escape');
      await visit.byTestId('filter-kind').selectOption('galleryPhoto');
      await visit.byTestId('documents-total').filter({ hasText: 'of 200' }).waitFor();
      await visit.byTestId('document-preview').first().click();
      await visit.page.locator('img[data-testid="preview"][srcset]').waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.page.keyboard.press('Escape');
      await visit.byTestId('filter-search').fill('nothing is called so');
      await visit.byTestId('no-documents').waitFor();
      expect(await obstacles(visit)).toEqual([]);
      expect(await visit.sideways()).toBe(0);
      await photograph(visit.page, `page-documents-nothing-${look.name}`);
    }, 60_000);

    it(`stays so with the fault panel open and nothing to show, ${look.name}`, async () => {
      const visit = await open('gallery', look);
      await visit.choose('500');
      await visit.byTestId('fault-reload').click();
      await visit.byTestId('fault-toggle').click();
      await visit.page.locator('[data-testid="sign-request"][data-answer="500"]').first().waitFor();
      expect(await obstacles(visit)).toEqual([]);
      expect(await visit.sideways()).toBe(0);
      await photograph(visit.page, `page-faults-${look.name}`);
    }, 60_000);
  }

  for (const look of LOOKS.slice(0, 2)) {
    it(`stays so for an administrator who looks at a photo and is about to revoke, ${look.name}`, async () => {
      const visit = await open('team', look);
      await visit.signInAs('admin');
      await visit.page.locator('[data-testid="photo-card"]').first().click();
      await visit.page.locator('[data-testid="audit-row"]').first().waitFor();
      expect(await obstacles(visit)).toEqual([]);
      await visit.byTestId('revoke-ada').click();
      await visit.byTestId('confirm-revoke').waitFor();
      expect(await obstacles(visit)).toEqual([]);
    }, 60_000);
  }

  it('would be told apart from one that is not', async () => {
    const visit = await open('upload', LOOKS[0]);
    await visit.byTestId('drop-zone').waitFor();
    await visit.page.locator('h1').evaluate((element) => {
      (element as unknown as { innerHTML: string }).innerHTML = '<img src="/favicon.svg">';
    });
    expect((await obstacles(visit)).join()).toContain('image-alt');
  }, 60_000);

  it('is reached by keyboard: the focus goes on at the top of the page that was chosen', async () => {
    const visit = await open('team', LOOKS[0]);
    await visit.byTestId('page-gallery').focus();
    await visit.page.keyboard.press('Enter');
    await visit.page.waitForURL('**/gallery');
    await visit.page.locator('main:focus').waitFor();
    expect(await visit.byTestId('page-gallery').getAttribute('aria-current')).toBe('page');
  }, 60_000);

  it('opens the fault panel by keyboard, and Escape leads back', async () => {
    const visit = await open('gallery', LOOKS[0]);
    await visit.byTestId('fault-toggle').focus();
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('#fault-title:focus').waitFor();
    expect(await visit.byTestId('fault-toggle').getAttribute('aria-expanded')).toBe('true');
    await visit.page.keyboard.press('Escape');
    await visit.page.locator('[data-testid="fault-toggle"]:focus').waitFor();
    expect(await visit.byTestId('fault-panel').count()).toBe(0);
  }, 60_000);
});
