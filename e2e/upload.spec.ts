import { onePixelPng, pngOf } from '../server/src/testing/pictures.ts';
import { photograph } from './testing/browser.ts';
import { describeShowcase, type Visit } from './testing/showcase.ts';

const PNG = { mimeType: 'image/png', buffer: Buffer.from(onePixelPng) };

/** What is needed of a browser's globals; this program is not compiled for browsers. */
interface Browserly {
  DataTransfer: new () => { items: { add(file: unknown): void } };
  File: new (parts: unknown[], name: string, options: { type: string }) => unknown;
}

const uploads = (visit: Visit, state: string) =>
  visit.page.locator(`[data-testid="upload"][data-state="${state}"]`);

describeShowcase('The upload page', (showcase) => {
  it('takes several files at once, and says of each how it went', async () => {
    const visit = await showcase().open('/upload');
    await visit.byTestId('upload-input').setInputFiles([
      { ...PNG, name: 'one.png' },
      { ...PNG, name: 'not a picture.png', buffer: Buffer.from('text') },
      { ...PNG, name: 'three.png' },
    ]);
    await uploads(visit, 'done').nth(1).waitFor();
    expect(await uploads(visit, 'refused').textContent()).toContain('not really a picture');
    await photograph(visit.page, 'upload');
    // A file that is refused is refused again, until another one is chosen.
    await uploads(visit, 'refused').locator('[data-testid="upload-retry"]').click();
    await uploads(visit, 'refused').waitFor();

    await visit.page.locator('.seen a').click();
    await visit.page.locator('[data-testid="photo-card"]', { hasText: 'three.png' }).waitFor();
    expect(visit.complaints).toEqual([]);
  }, 60_000);

  it('cancels a file that is under way, keeps nothing of it, and sends it again', async () => {
    const { server } = showcase();
    const visit = await showcase().open('/upload');
    await visit.byTestId('upload-input').waitFor({ state: 'attached' });
    const network = await visit.page.context().newCDPSession(visit.page);
    const throttle = (uploadThroughput: number): Promise<unknown> =>
      network.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    await network.send('Network.enable');
    await throttle(100_000);
    await visit.byTestId('upload-input').setInputFiles([
      { ...PNG, name: 'slow.png', buffer: Buffer.from(pngOf(4_000_000)) },
      { ...PNG, name: 'waits.png' },
    ]);
    await uploads(visit, 'sending').getByRole('progressbar').waitFor();
    await uploads(visit, 'waiting').filter({ hasText: 'waits.png' }).waitFor();
    await uploads(visit, 'sending').locator('[data-testid="upload-cancel"]').click();
    await uploads(visit, 'cancelled').filter({ hasText: 'slow.png' }).waitFor();
    await throttle(-1);
    await uploads(visit, 'done').filter({ hasText: 'waits.png' }).waitFor();
    const names = async (): Promise<string[]> => {
      const { items } = await server.get<{ items: { displayName: string }[] }>(
        '/api/resources?prefix=public/team/&limit=200',
        await server.signIn('ada'),
      );
      return items.map(({ displayName }) => displayName);
    };
    expect(await names()).not.toContain('slow.png');

    await uploads(visit, 'cancelled').locator('[data-testid="upload-retry"]').click();
    await uploads(visit, 'done').filter({ hasText: 'slow.png' }).waitFor();
    expect(await names()).toContain('slow.png');
  }, 60_000);

  it('takes files that are dropped on the page, as documents when told so', async () => {
    const visit = await showcase().open('/upload');
    await visit.byTestId('kind-document').getByRole('radio').click();
    const files = await visit.page.evaluateHandle(() => {
      const { DataTransfer, File } = globalThis as unknown as Browserly;
      const files = new DataTransfer();
      files.items.add(new File(['one'], 'dropped.txt', { type: 'text/plain' }));
      files.items.add(new File(['two'], 'also dropped.txt', { type: 'text/plain' }));
      return files;
    });
    await visit.page.dispatchEvent('body', 'dragenter', { dataTransfer: files });
    await visit.byTestId('drop-zone').filter({ hasText: 'Let go' }).waitFor();
    await visit.page.dispatchEvent('body', 'drop', { dataTransfer: files });
    await uploads(visit, 'done').nth(1).waitFor();
    await visit.goTo('documents');
    await visit.page.locator('[data-testid="document"]', { hasText: 'also dropped.txt' }).waitFor();
    expect(visit.signRequests).toEqual([]);
  }, 60_000);

  it('opens the choice of files with the keyboard', async () => {
    const visit = await showcase().open('/upload');
    const chooser = visit.page.waitForEvent('filechooser');
    await visit.page.getByRole('button', { name: 'Choose files' }).focus();
    await visit.page.keyboard.press('Enter');
    expect((await chooser).isMultiple()).toBeTrue();
  }, 60_000);
});
