import type { Page } from 'playwright-core';
import { photograph } from './testing/browser.ts';
import { describeShowcase, type Visit } from './testing/showcase.ts';
import type { ServerProcess } from './testing/server-process.ts';

const NOTES = 'users/ada/documents/notes-on-the-engine.txt';
const HOLIDAYS = 'users/ada/documents/holidays.csv';

/** Paths of all issuances of documents, oldest first, as the audit has them. */
async function issued(server: ServerProcess): Promise<string[]> {
  const token = await server.signIn('admin');
  const { items } = await server.get<{ items: { path: string }[] }>(
    '/api/audit/logs?event=issuance&limit=200',
    token,
  );
  return items
    .map(({ path }) => path)
    .filter((path) => path.startsWith('users/'))
    .reverse();
}

const link = (visit: Visit, path: string) =>
  visit.page.locator(`[data-testid="document"][data-path="${path}"] [data-testid="document-link"]`);

/** Test id of what has the focus. */
const focused = (visit: Visit) =>
  visit.page.evaluate<string | undefined>('document.activeElement.dataset.testid');

const names = (visit: Visit) =>
  visit
    .byTestId('document-link')
    .evaluateAll((links) => links.map((link) => (link.firstChild as unknown as { data: string }).data));

describeShowcase('The documents page', (showcase) => {
  it('issues nothing until somebody opens a document, and then only that one', async () => {
    const { server } = showcase();
    const before = (await issued(server)).length;
    const visit = await showcase().open('/documents');
    await visit.byTestId('document').nth(4).waitFor();
    await visit.byTestId('document').nth(2).hover();
    await link(visit, NOTES).hover();
    await visit.page.waitForLoadState('networkidle');
    expect((await issued(server)).slice(before)).toEqual([]);
    expect(visit.signRequests).toEqual([]);
    expect(await visit.byTestId('documents-requests').textContent()).toBe('0');
    await photograph(visit.page, 'documents');

    const [opened] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      link(visit, NOTES).click(),
    ]);
    await opened.waitForURL('**/cdn/**');
    expect(new URL(opened.url()).pathname).toBe(`/cdn/${NOTES}`);
    expect(await opened.locator('body').textContent()).toContain('the loom weaves flowers');
    await opened.close();
    expect((await issued(server)).slice(before)).toEqual([NOTES]);

    // The same one again comes from memory.
    const [again] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      link(visit, NOTES).click(),
    ]);
    await again.close();
    expect(visit.signRequests.length).toBe(1);
    await visit.waitForText('documents-requests', '1');
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('opens a document with the keyboard', async () => {
    const before = (await issued(showcase().server)).length;
    const visit = await showcase().open('/documents');
    await link(visit, NOTES).focus();
    const [opened] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      visit.page.keyboard.press('Enter'),
    ]);
    await opened.waitForURL('**/cdn/**');
    await opened.close();
    expect((await issued(showcase().server)).slice(before)).toEqual([NOTES]);
  }, 60_000);

  for (const [how, options] of [
    ['the middle button', { button: 'middle' }],
    ['Ctrl and a click', { modifiers: ['Control'] }],
  ] as const) {
    it(`opens a document in a tab by ${how}`, async () => {
      const visit = await showcase().open('/documents');
      const [opened] = await Promise.all([
        visit.page.context().waitForEvent('page'),
        link(visit, NOTES).click({
          ...options,
          modifiers: [...('modifiers' in options ? options.modifiers : [])],
        }),
      ]);
      await opened.waitForURL('**/cdn/**');
      expect(new URL(opened.url()).pathname).toBe(`/cdn/${NOTES}`);
      await opened.close();
      expect(visit.signRequests.length).toBe(1);
    }, 60_000);
  }

  it('downloads what no browser shows', async () => {
    const visit = await showcase().open('/documents');
    await link(visit, HOLIDAYS).waitFor();
    const context = visit.page.context();
    const downloading = new Promise<string>((resolve) => {
      const note = (page: Page): void =>
        void page.on('download', (download) => resolve(download.suggestedFilename()));
      // A tab that only downloads is none for long, so the page that opened it may be the one to tell.
      note(visit.page);
      context.on('page', note);
    });
    await link(visit, HOLIDAYS).click();
    expect(await downloading).toBe('Holidays.csv');
  }, 60_000);

  it('shows nobody the documents of somebody else, apart from an administrator', async () => {
    const visit = await showcase().open('/documents');
    await visit.byTestId('document').first().waitFor();
    const paths = () =>
      visit
        .byTestId('document')
        .evaluateAll((rows) =>
          (rows as unknown as { dataset: { path: string } }[]).map(({ dataset }) => dataset.path),
        );
    expect((await paths()).every((path) => path.startsWith('users/ada/'))).toBeTrue();
    await visit.signInAs('admin');
    await visit.page.locator('[data-testid="document"][data-path^="users/grace/"]').first().waitFor();
    expect((await paths()).some((path) => path.startsWith('users/ada/'))).toBeTrue();
  }, 60_000);

  it('is sorted by the heads of its columns, with the keyboard, and stays so after a reload and on the way back', async () => {
    const visit = await showcase().open('/documents?sort=name');
    await visit.page.locator('th[aria-sort="ascending"]', { hasText: 'Name' }).waitFor();
    await visit.byTestId('document').nth(4).waitFor();
    const up = await names(visit);
    expect(up).toEqual([...up].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    await visit.byTestId('sort-name').focus();
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('th[aria-sort="descending"]').waitFor();
    await visit.page.locator('table[aria-busy="false"]').waitFor();
    expect(await names(visit)).toEqual([...up].reverse());
    await visit.byTestId('filter-type').selectOption('application/pdf');
    await visit.byTestId('documents-total').filter({ hasText: 'of 3' }).waitFor();

    await visit.page.reload();
    await visit.page.locator('th[aria-sort="descending"]').waitFor();
    await visit.byTestId('documents-total').filter({ hasText: 'of 3' }).waitFor();
    expect(await visit.byTestId('filter-type').inputValue()).toBe('application/pdf');
    await visit.page.goBack();
    await visit.byTestId('documents-total').filter({ hasText: 'of 5' }).waitFor();
    await visit.page.goBack();
    await visit.page.locator('th[aria-sort="ascending"]').waitFor();
    await visit.goTo('gallery');
    expect(new URL(visit.page.url()).search).toBe('');
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('leaves the keyboard where it is while the address follows', async () => {
    const visit = await showcase().open('/documents');
    await visit.byTestId('document').nth(4).waitFor();
    await visit.byTestId('filter-search').focus();
    await visit.page.keyboard.type('contract', { delay: 300 });
    await visit.page.waitForURL('**search=contract*');
    expect(await visit.byTestId('filter-search').inputValue()).toBe('contract');
    expect(await focused(visit)).toBe('filter-search');
    await visit.byTestId('sort-name').focus();
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('th[aria-sort="ascending"]').waitFor();
    await visit.page.waitForURL('**sort=name*');
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('th[aria-sort="descending"]').waitFor();
    expect(await focused(visit)).toBe('sort-name');

    // A dialog gives it back to the menu that opened it.
    const more = visit.byTestId('document-more').first();
    for (const choice of ['document-versions', 'document-assign', 'document-delete']) {
      await more.focus();
      await visit.page.keyboard.press('Enter');
      await visit.byTestId(choice).press('Enter');
      await visit.page.locator('mat-dialog-container').waitFor();
      await visit.page.keyboard.press('Escape');
      await visit.page.locator('mat-dialog-container').waitFor({ state: 'detached' });
      expect(await focused(visit))
        .withContext(choice)
        .toBe('document-more');
    }
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('fits a window 320 pixels wide', async () => {
    const visit = await showcase().open('/documents', { viewport: { width: 320, height: 800 } });
    await visit.byTestId('filter-sort').selectOption('size asc');
    await visit.byTestId('document').nth(4).waitFor();
    expect((await names(visit))[0]).toBe('Holidays.csv');
    await visit.byTestId('document-more').first().click();
    await visit.byTestId('document-edit').click();
    await visit.byTestId('edit-notes').waitFor();
    expect(await visit.sideways()).toBe(0);
  }, 60_000);

  it('says why a document cannot be opened', async () => {
    const { server } = showcase();
    const admin = await server.signIn('admin');
    const visit = await showcase().open('/documents');
    await link(visit, NOTES).waitFor();
    await server.post('/api/owners/ada/revoke', {}, admin);
    await link(visit, NOTES).click();
    const status = visit.page.locator(`[data-path="${NOTES}"] [data-testid="document-status"]`);
    await status.filter({ hasText: 'revoked' }).waitFor();
    await server.post('/api/owners/ada/reinstate', {}, admin);
  }, 60_000);
});
