import { s3BlobStore } from '../server/src/platform/s3-blob-store.ts';
import { hasRadosgw, sharedRadosgw } from '../server/src/testing/radosgw.ts';
import { browserPath, openBrowser } from './testing/browser.ts';
import { dataFolder, startServer } from './testing/server-process.ts';
import { Showcase } from './testing/showcase.ts';

const BUCKET = 'browser-uploads';

describe('A form that a browser posts to a bucket of another origin', () => {
  let showcase: Showcase | undefined;
  let endpoint = '';
  let allow: (origin: string) => Promise<void>;

  beforeAll(async () => {
    if (!hasRadosgw || !browserPath) return;
    const radosgw = await sharedRadosgw();
    endpoint = radosgw.endpoint;
    const { accessKeyId = '', secretAccessKey = '', ...settings } = radosgw.settings(BUCKET);
    const store = await s3BlobStore({ ...settings, accessKeyId, secretAccessKey });
    const { CreateBucketCommand, PutBucketCorsCommand } = store.bucket.packages.client;
    await store.bucket.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    allow = async (origin) => {
      const rule = { AllowedOrigins: [origin], AllowedMethods: ['POST'], AllowedHeaders: ['*'] };
      const CORSConfiguration = { CORSRules: [rule] };
      await store.bucket.client.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration }));
      store.close();
    };
    const folder = await dataFolder();
    const server = await startServer(folder.path, [], {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    });
    showcase = new Showcase(server, await openBrowser(), () => folder.remove());
  }, 120_000);
  beforeEach(() => {
    if (!hasRadosgw) pending('needs radosgw');
    if (!browserPath) pending('needs chromium');
  });
  afterAll(async () => {
    await showcase?.closePages();
    await showcase?.stop();
  }, 30_000);

  it('arrives past the server, without a token, and says so when the bucket does not allow it', async () => {
    const visit = await showcase!.open('/documents');
    const forms: { origin: string; token: string | undefined; status: number }[] = [];
    visit.page.on('response', (response) => {
      const { origin } = new URL(response.url());
      const request = response.request();
      if (origin !== endpoint || request.method() !== 'POST') return;
      forms.push({ origin, token: request.headers()['authorization'], status: response.status() });
    });
    const picker = visit.page.waitForEvent('filechooser');
    await visit.byTestId('drop-zone').click();
    await (
      await picker
    ).setFiles({ name: 'To the bucket.txt', mimeType: 'text/plain', buffer: Buffer.from('straight there') });
    // The form is posted and arrives; what the bucket answers is kept from the page.
    const waiting = visit.page.locator('[data-testid="upload"][data-state="waiting"]');
    await waiting.filter({ hasText: 'There was no answer' }).waitFor();

    await allow(showcase!.server.origin);
    await visit.page.locator('[data-testid="upload"][data-state="completed"]').waitFor();
    const [opened] = await Promise.all([
      visit.page.context().waitForEvent('page'),
      visit
        .byTestId('document')
        .filter({ hasText: 'To the bucket' })
        .locator('[data-testid="document-link"]')
        .click(),
    ]);
    await opened.waitForURL('**/cdn/**');
    expect(await opened.locator('body').textContent()).toBe('straight there');
    expect(forms.at(-1)).toEqual({ origin: endpoint, token: undefined, status: 204 });
  }, 60_000);
});
