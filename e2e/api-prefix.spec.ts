import type { Browser } from 'playwright-core';
import { browserPath, openBrowser } from './testing/browser.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer, type ServerProcess } from './testing/server-process.ts';
import { Visit } from './testing/showcase.ts';

const PREFIX = '/storage/v1';

describe('The showcase of a server with API_PREFIX', () => {
  let folder: Awaited<ReturnType<typeof filledFolder>>;
  let server: ServerProcess;
  let browser: Browser;

  beforeAll(async () => {
    if (!browserPath) return;
    folder = await filledFolder();
    [server, browser] = await Promise.all([
      startServer(folder.path, [], { API_PREFIX: PREFIX }),
      openBrowser(),
    ]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await folder?.remove();
  });

  it('signs in, lists, signs and meets faults there, and asks nothing of /api', async () => {
    if (!browserPath) return pending('needs chromium');
    const page = await browser.newPage();
    const visit = new Visit(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${server.origin}/gallery`);
    await visit.waitForText('gallery-shown', '200');
    await visit.signInAs('grace');
    await visit.waitForText('gallery-shown', '200');
    await visit.choose('500');
    await visit.byTestId('ask-anew').click();
    await page.locator('[data-testid="sign-request"][data-answer="500"]').first().waitFor();
    const calls = asked.filter((path) => path.startsWith(PREFIX));
    for (const call of ['session', 'resources', 'resources/sign/batch', 'demonstration/faults']) {
      expect(calls).toContain(`${PREFIX}/${call}`);
    }
    expect(asked.filter((path) => path.startsWith('/api'))).toEqual([]);
    expect(visit.complaints).toEqual([]);
  }, 60_000);
});
