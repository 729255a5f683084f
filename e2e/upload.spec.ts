import type { Locator } from 'playwright-core';
import { onePixelPng, pngOf } from '../server/src/testing/pictures.ts';
import { photograph } from './testing/browser.ts';
import { describeShowcase, type Showcase, type Visit } from './testing/showcase.ts';

const PNG = { mimeType: 'image/png', buffer: Buffer.from(onePixelPng) };

/** A picture that takes some time at 200 kB/s. */
const slow = (name: string) => ({ ...PNG, name, buffer: Buffer.from(pngOf(2_000_000)) });

/** What is needed of a browser's globals; this program is not compiled for browsers. */
interface Browserly {
  DataTransfer: new () => { items: { add(file: unknown): void } };
  File: new (parts: unknown[], name: string, options: { type: string }) => unknown;
}

const uploads = (visit: Visit, state: string): Locator =>
  visit.page.locator(`[data-testid="upload"][data-state="${state}"]`);

const upload = (visit: Visit, name: string): Locator => visit.byTestId('upload').filter({ hasText: name });

const step = (row: Locator, does: string): Locator => row.locator(`[data-testid="upload-${does}"]`);

/** Chooses files as people do: the picker is opened, and answered. */
async function choose(visit: Visit, ...files: { name: string; mimeType: string; buffer: Buffer }[]) {
  const picker = visit.page.waitForEvent('filechooser');
  await visit.byTestId('drop-zone').click();
  await (await picker).setFiles(files);
}

/** Sets how fast the page may send, bytes a second; `offline`: not at all. */
async function network(visit: Visit): Promise<(speed: number | 'offline' | 'full') => Promise<void>> {
  const session = await visit.page.context().newCDPSession(visit.page);
  await session.send('Network.enable');
  return async (speed) => {
    await session.send('Network.emulateNetworkConditions', {
      offline: speed === 'offline',
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: typeof speed === 'number' ? speed : -1,
    });
  };
}

/** The names of all team photos, as the server lists them. */
async function stored({ server }: Showcase): Promise<string[]> {
  const { items } = await server.get<{ items: { displayName: string }[] }>(
    '/api/resources?prefix=public/team/&limit=200',
    await server.signIn('ada'),
  );
  return items.map(({ displayName }) => displayName);
}

describeShowcase('The upload page', (showcase) => {
  it('takes several files at once, and says of each how it went', async () => {
    const visit = await showcase().open('/upload');
    await choose(
      visit,
      { ...PNG, name: 'one.png' },
      { ...PNG, name: 'not a picture.png', buffer: Buffer.alloc(4_000_000, 'text') },
      { ...PNG, name: 'three.png' },
    );
    await uploads(visit, 'completed').nth(1).waitFor();
    expect(await uploads(visit, 'failed').textContent()).toContain('not really a picture');
    await photograph(visit.page, 'upload');
    // A file that is refused is refused again, until another one is chosen.
    const again = visit.page.waitForResponse((response) => response.url().includes('name=not'));
    await step(uploads(visit, 'failed'), 'retry').click();
    expect((await again).status()).toBe(415);
    await uploads(visit, 'failed').waitFor();
    await visit.byTestId('uploads-clear').click();
    await uploads(visit, 'completed').first().waitFor({ state: 'detached' });
    expect(await visit.byTestId('upload').count()).toBe(1);

    await visit.goTo('team');
    await visit.page.locator('[data-testid="photo-card"]', { hasText: 'three.png' }).waitFor();
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('sends three at a time, pauses and resumes one and all', async () => {
    const visit = await showcase().open('/upload');
    const speed = await network(visit);
    const names = ['p1.png', 'p2.png', 'p3.png', 'p4.png', 'p5.png'];
    await speed(200_000);
    await choose(visit, ...names.map(slow));
    await uploads(visit, 'uploading').nth(2).waitFor();
    expect(await uploads(visit, 'queued').count()).toBe(2);
    // All three move.
    for (const name of names.slice(0, 3)) {
      await upload(visit, name)
        .filter({ hasText: /[1-9]\d*% of 2\.0 MB/ })
        .waitFor();
    }
    await photograph(visit.page, 'upload-three-at-a-time');

    await step(upload(visit, 'p1.png'), 'pause').click();
    await uploads(visit, 'paused').filter({ hasText: 'p1.png' }).waitFor();
    await uploads(visit, 'uploading').filter({ hasText: 'p4.png' }).waitFor();
    await visit.byTestId('uploads-pause').click();
    await uploads(visit, 'paused').nth(4).waitFor();
    await photograph(visit.page, 'upload-paused');
    await speed('full');
    expect((await stored(showcase())).filter((name) => names.includes(name))).toEqual([]);

    await step(upload(visit, 'p5.png'), 'resume').click();
    await uploads(visit, 'completed').filter({ hasText: 'p5.png' }).waitFor();
    expect(await uploads(visit, 'paused').count()).toBe(4);
    await visit.byTestId('uploads-resume').click();
    await uploads(visit, 'completed').nth(4).waitFor();
    expect((await stored(showcase())).filter((name) => names.includes(name)).sort()).toEqual(names);
  }, 60_000);

  it('cancels a file that is under way, keeps nothing of it, and sends it again', async () => {
    const visit = await showcase().open('/upload');
    const speed = await network(visit);
    await speed(100_000);
    await choose(visit, slow('slow.png'));
    await upload(visit, 'slow.png').getByRole('progressbar').waitFor();
    await step(upload(visit, 'slow.png'), 'cancel').click();
    await uploads(visit, 'cancelled').waitFor();
    await speed('full');
    await choose(visit, { ...PNG, name: 'after it.png' });
    await uploads(visit, 'completed').filter({ hasText: 'after it.png' }).waitFor();
    expect(await stored(showcase())).not.toContain('slow.png');

    await step(upload(visit, 'slow.png'), 'retry').click();
    await uploads(visit, 'completed').filter({ hasText: 'slow.png' }).waitFor();
    expect(await stored(showcase())).toContain('slow.png');
  }, 60_000);

  it('goes on by itself as soon as the line is back', async () => {
    const visit = await showcase().open('/upload');
    await visit.byTestId('drop-zone').waitFor();
    const speed = await network(visit);
    await speed('offline');
    await choose(visit, { ...PNG, name: 'one.png' }, { ...PNG, name: 'two.png' });
    await uploads(visit, 'waiting').nth(1).waitFor();
    expect(await upload(visit, 'one.png').textContent()).toContain('There was no answer');
    await speed('full');
    await uploads(visit, 'completed').nth(1).waitFor();
  }, 60_000);

  it('says that a person whose key is revoked can add nothing, and sends the file under a new key', async () => {
    const { server } = showcase();
    const visit = await showcase().open('/upload');
    await visit.byTestId('drop-zone').waitFor();
    const administrator = await server.signIn('admin');
    await server.post('/api/owners/ada/revoke', {}, administrator);
    await choose(visit, { ...PNG, name: 'revoked.png' });
    await uploads(visit, 'failed').filter({ hasText: 'Your key is revoked' }).waitFor();
    await server.post('/api/owners/ada/reinstate', {}, administrator);
    await step(upload(visit, 'revoked.png'), 'retry').click();
    await uploads(visit, 'completed').waitFor();
  }, 60_000);

  it('takes files that are dropped on the page, as documents when told so', async () => {
    const visit = await showcase().open('/upload');
    await visit.byTestId('kind-document').getByRole('radio').click();
    const filesNamed = (...names: string[]) =>
      visit.page.evaluateHandle((names) => {
        const { DataTransfer, File } = globalThis as unknown as Browserly;
        const files = new DataTransfer();
        for (const name of names) files.items.add(new File([name], name, { type: 'text/plain' }));
        return files;
      }, names);
    const beside = await filesNamed('dropped.txt', 'also dropped.txt');
    await visit.page.dispatchEvent('body', 'dragenter', { dataTransfer: beside });
    await visit.byTestId('drop-zone').filter({ hasText: 'Let go' }).waitFor();
    await visit.page.dispatchEvent('body', 'drop', { dataTransfer: beside });
    await uploads(visit, 'completed').nth(1).waitFor();
    const into = await filesNamed('in the zone.txt');
    await visit.byTestId('drop-zone').dispatchEvent('drop', { dataTransfer: into });
    await uploads(visit, 'completed').nth(2).waitFor();
    expect(await visit.byTestId('upload').count()).toBe(3);
    await visit.page.locator('.seen a').click();
    await visit.page.locator('[data-testid="document"]', { hasText: 'also dropped.txt' }).waitFor();
    expect(visit.signRequests).toEqual([]);
  }, 60_000);

  it('is used with the keyboard alone', async () => {
    const visit = await showcase().open('/upload');
    const { keyboard } = visit.page;
    const focused = (): Promise<string | null> =>
      visit.page.locator(':focus').evaluate((element) => {
        const { textContent, ariaLabel } = element as unknown as Record<string, string | null>;
        return ariaLabel ?? textContent ?? null;
      });
    await visit.byTestId('kind-teamPhoto').getByRole('radio').focus();
    await keyboard.press('Tab');
    expect(await focused()).toContain('choose them here');
    await photograph(visit.page, 'upload-focus');
    for (const key of ['Enter', 'Space']) {
      const picker = visit.page.waitForEvent('filechooser');
      await keyboard.press(key);
      const chooser = await picker;
      expect(chooser.isMultiple()).toBeTrue();
      await chooser.setFiles([{ ...PNG, name: `${key}.png`, buffer: Buffer.from('text') }]);
      await upload(visit, `${key}.png`).and(uploads(visit, 'failed')).waitFor();
    }
    expect(await focused()).toContain('choose them here');
    await keyboard.press('Tab');
    expect(await focused()).toContain('Send failed ones again');
    for (let press = 0; press < 2; press++) await keyboard.press('Tab');
    expect(await focused()).toBe('Take Enter.png off the list');
    await keyboard.press('Enter');
    await visit.page.locator('[data-testid="uploads-title"]:focus').waitFor();
    expect(await visit.byTestId('upload').count()).toBe(1);
  }, 60_000);
});

describeShowcase('Uploads on the team page', (showcase) => {
  it('show each photo as soon as it is stored, and say why another is not', async () => {
    const visit = await showcase().open('/');
    await visit.page.locator('[data-testid="photo-card"]').nth(11).waitFor();
    const picker = visit.page.waitForEvent('filechooser');
    await visit.byTestId('add-photos').click();
    await (
      await picker
    ).setFiles([
      { ...PNG, name: 'new here.png' },
      { ...PNG, name: 'false.png', buffer: Buffer.from('<html>') },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('text') },
    ]);
    await visit.page.locator('[data-testid="photo-card"]', { hasText: 'new here.png' }).waitFor();
    await uploads(visit, 'failed').filter({ hasText: 'not really a picture' }).waitFor();
    expect(await visit.byTestId('upload-not-taken').textContent()).toContain('Only JPEG');
    await photograph(visit.page, 'upload-team');
    expect(visit.complaints).toEqual([]);
  }, 60_000);
});
