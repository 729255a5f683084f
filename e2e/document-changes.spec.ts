import type { Locator } from 'playwright-core';
import { photograph } from './testing/browser.ts';
import { describeShowcase, type Visit } from './testing/showcase.ts';

const row = (visit: Visit, name: string): Locator => visit.byTestId('document').filter({ hasText: name });

const within = (document: Locator, testId: string): Locator => document.locator(`[data-testid="${testId}"]`);

/** Adds files as people do. */
async function add(visit: Visit, ...names: string[]): Promise<void> {
  const picker = visit.page.waitForEvent('filechooser');
  await visit.byTestId('drop-zone').click();
  const files = names.map((name) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(`This is ${name}`),
  }));
  await (await picker).setFiles(files);
}

/** Records a film in the page, and is what somebody drops who drops it. This program is not compiled for browsers. */
const droppedFilm = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
  const context = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm;codecs=vp8' });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  for (let frame = 0; frame < 12; frame++) {
    context.fillStyle = '#c00';
    context.fillRect(0, 0, 160, 120);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  recorder.stop();
  await stopped;
  const files = new DataTransfer();
  files.items.add(new File(parts, 'Tour.webm', { type: 'video/webm' }));
  return files;
})()`;

/** What is asked of an image element. */
interface Painted {
  currentSrc: string;
  naturalWidth: number;
  decode(): Promise<void>;
}

describeShowcase('On the documents page one', (showcase) => {
  it('adds files, straight to the store, and finds them by name', async () => {
    const visit = await showcase().open('/documents');
    await add(visit, 'Minutes of May.txt', 'Minutes of June.txt');
    await row(visit, 'Minutes of May.txt').waitFor();
    await row(visit, 'Minutes of June.txt').waitFor();
    await visit.byTestId('filter-search').fill('mAY');
    await row(visit, 'Minutes of June.txt').waitFor({ state: 'detached' });
    await visit.waitForText('documents-total', '1–1 of 1');
    const [opened] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      within(row(visit, 'Minutes of May.txt'), 'document-link').click(),
    ]);
    await opened.waitForURL('**/cdn/**');
    expect(await opened.locator('body').textContent()).toBe('This is Minutes of May.txt');
    await opened.close();
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  for (const [how, stream] of [
    ['by its events', true],
    ['by asking, where no events come through', false],
  ] as const) {
    it(`sees what the server does with a file of which all was sent, ${how}`, async () => {
      const visit = await showcase().open('/documents');
      let finish = (): void => undefined;
      const held = new Promise<void>((resolve) => (finish = resolve));
      await visit.page.route('**/api/resources/*/complete', async (route) => {
        await held;
        await route.continue();
      });
      if (!stream) await visit.page.route('**/uploads/events', (route) => route.abort());
      const events = visit.page.waitForResponse((response) =>
        response.url().endsWith(stream ? '/uploads/events' : '/uploads/events?follow=false'),
      );
      const name = stream ? 'Watched.txt' : 'Asked for.txt';
      await add(visit, name);
      const { 'content-type': type } = (await events).headers();
      expect(type).toContain('text/event-stream');
      // Only the server knows that.
      await visit
        .byTestId('upload-processing')
        .filter({ hasText: 'All of it has arrived at the server' })
        .waitFor();
      finish();
      await row(visit, name).waitFor();
      expect(visit.complaints).toEqual([]);
    }, 60_000);
  }

  it('drops a film, and sees a picture out of it in the table and before it plays', async () => {
    const { server } = showcase();
    const visit = await showcase().open('/documents');
    const dataTransfer = await visit.page.evaluateHandle(droppedFilm);
    await visit.byTestId('drop-zone').dispatchEvent('drop', { dataTransfer });
    const picture = within(row(visit, 'Tour.webm'), 'thumbnail').and(visit.page.locator('[src*="sig="]'));
    await picture.waitFor();
    const shown = await picture.evaluate(async (element) => {
      const image = element as unknown as Painted;
      await image.decode();
      return { path: new URL(image.currentSrc).pathname, width: image.naturalWidth };
    });
    const token = await server.signIn('ada');
    const { items } = await server.get<{ items: { path: string; durationMs: number | null }[] }>(
      '/api/resources?search=tour.webm',
      token,
    );
    expect(shown).toEqual({ path: `/cdn/${items[0]?.path}/~160.webp`, width: 160 });
    expect(items[0]?.durationMs).toBeGreaterThan(100);
    const signed = await server.post<{ url: string }>(
      '/api/resources/sign',
      { path: items[0]?.path, reason: 'document', width: 320 },
      token,
    );
    const delivered = await fetch(signed.url);
    expect([delivered.status, delivered.headers.get('content-type')]).toEqual([200, 'image/webp']);
    await within(row(visit, 'Tour.webm'), 'document-preview').click();
    await visit.page.locator('video[data-testid="preview"][poster*="~640.webp?"]').waitFor();
    await photograph(visit.page, 'film-poster');
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('describes a document, and sees it when somebody else was faster', async () => {
    const { server } = showcase();
    const token = await server.signIn('ada');
    const visit = await showcase().open('/documents');
    await add(visit, 'Plan.txt');
    await visit.chooseFor(row(visit, 'Plan.txt'), 'document-edit');
    await visit.byTestId('edit-label').fill('Of this year');
    await visit.page.keyboard.press('Enter');
    await within(row(visit, 'Plan.txt'), 'document-label').filter({ hasText: 'Of this year' }).waitFor();

    await visit.chooseFor(row(visit, 'Plan.txt'), 'document-edit');
    await visit.byTestId('edit-notes').fill('Mine.');
    const { items } = await server.get<{ items: { id: string }[] }>('/api/resources?search=plan.txt', token);
    await fetch(`${server.origin}/api/resources/${items[0]!.id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ notes: 'Theirs.' }),
    });
    await visit.byTestId('edit-save').click();
    await visit.byTestId('edit-conflict').filter({ hasText: 'Theirs.' }).waitFor();
    await visit.byTestId('edit-save').click();
    await within(row(visit, 'Plan.txt'), 'document-notes').filter({ hasText: 'Mine.' }).waitFor();
  }, 60_000);

  it('puts a file in the place of a document, and brings back what was there', async () => {
    const visit = await showcase().open('/documents');
    await add(visit, 'Rules.txt');
    const rules = row(visit, 'Rules.txt');
    const read = async (): Promise<string | null> => {
      const [opened] = await Promise.all([
        visit.page.context().waitForEvent('page'),
        within(rules, 'document-link').click(),
      ]);
      await opened.waitForURL('**/cdn/**');
      const text = await opened.locator('body').textContent();
      await opened.close();
      return text;
    };
    expect(await read()).toBe('This is Rules.txt');
    await visit.chooseFor(rules, 'document-versions');
    await visit.page.getByText('There is no older one').waitFor();
    await visit
      .byTestId('version-file')
      .setInputFiles({ name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.from('New rules') });
    await within(rules, 'document-version').filter({ hasText: 'version 2' }).waitFor();
    expect(await read()).toBe('New rules');
    await visit.chooseFor(rules, 'document-versions');
    await visit.byTestId('version-restore').click();
    await within(rules, 'document-version').filter({ hasText: 'version 3' }).waitFor();
    expect(await read()).toBe('This is Rules.txt');
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('deletes a document, and every URL to it', async () => {
    const visit = await showcase().open('/documents');
    await add(visit, 'Draft.txt');
    const [opened] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      within(row(visit, 'Draft.txt'), 'document-link').click(),
    ]);
    await opened.waitForURL('**/cdn/**');
    const url = opened.url();
    await visit.chooseFor(row(visit, 'Draft.txt'), 'document-delete');
    await visit.byTestId('confirm-delete').click();
    await visit.byTestId('documents-news').filter({ hasText: 'Draft.txt is deleted' }).waitFor();
    await row(visit, 'Draft.txt').waitFor({ state: 'detached' });
    expect((await fetch(url)).status).toBe(403);
  }, 60_000);

  it('looks at a picture and at a PDF without leaving the page, and goes through pages of them', async () => {
    const visit = await showcase().open('/documents');
    // The viewer asks again, in its own way: what counts is that the document came.
    const shown = visit.page.waitForResponse(
      (response) =>
        response.url().includes('/cdn/') && response.headers()['content-type'] === 'application/pdf',
    );
    await within(row(visit, 'Employment contract'), 'document-preview').click();
    expect((await shown).ok()).toBeTrue();
    await visit.page.keyboard.press('Escape');
    await visit.byTestId('preview').waitFor({ state: 'detached' });
    await visit.byTestId('filter-kind').selectOption('galleryPhoto');
    await visit.byTestId('documents-next').click();
    await visit.byTestId('documents-total').filter({ hasText: '21–40 of 200' }).waitFor();
    await visit.byTestId('document-preview').first().click();
    await visit.page.locator('img[data-testid="preview"][srcset]').waitFor();
    expect(visit.complaints).toEqual([]);
  }, 60_000);
});

describeShowcase('An administrator', (showcase) => {
  it('moves a document into a new collection, which ends the URLs that there were', async () => {
    const visit = await showcase().open('/documents');
    await visit.signInAs('admin');
    const contract = row(visit, 'Certificate of training');
    const open = async (): Promise<string> => {
      const [opened] = await Promise.all([
        visit.page.context().waitForEvent('page'),
        within(contract, 'document-link').click(),
      ]);
      await opened.waitForURL('**/cdn/**');
      const url = opened.url();
      await opened.close();
      return url;
    };
    const before = await open();
    await visit.chooseFor(contract, 'document-assign');
    await visit.byTestId('assign-new').fill('Contracts');
    await visit.byTestId('assign-make').click();
    await visit
      .byTestId('assign-collection')
      .locator('option', { hasText: 'Contracts' })
      .waitFor({ state: 'attached' });
    await visit.byTestId('assign-move').click();
    await within(contract, 'document-collection').waitFor();
    expect((await fetch(before)).status).toBe(403);
    const after = await open();
    expect(new URL(after).pathname).not.toBe(new URL(before).pathname);
    expect((await fetch(after)).status).toBe(200);
    expect(visit.complaints).toEqual([]);
  }, 60_000);
});
