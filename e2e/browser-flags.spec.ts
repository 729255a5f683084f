import { chromium } from 'playwright-core';
import { browserPath, FLAGS } from './testing/browser.ts';

const PREFIX = '--disable-features=';

describe('The browser of these specs', () => {
  it('is without everything that Playwright switches off', async () => {
    if (!browserPath) return pending('needs chromium');
    const server = await chromium.launchServer({ executablePath: browserPath, args: [...FLAGS] });
    const lists = server
      .process()
      .spawnargs.filter((flag) => flag.startsWith(PREFIX))
      .map((flag) => flag.slice(PREFIX.length).split(','));
    await server.close();
    const [theirs = [], ours = []] = lists;
    expect(lists.length).toBe(2);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter((feature) => !ours.includes(feature))).toEqual([]);
  });
});
