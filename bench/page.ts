// A page of 200 images that asks once for each, beside the same page with the library: how many sign requests, and the
// time from navigation until the last image is decoded, in Chromium, against a server with fsync and audit. HTTP/1.1:
// Chromium opens six connections to the host, so of the naive page's requests six are under way at a time. Once as near
// as loopback is, once with 40 ms added before every answer.
import type { Browser } from 'playwright-core';
import { browserPath, openBrowser } from '../e2e/testing/browser.ts';
import { median, type Figure } from './load/generator.ts';
import { openPages, type Pages } from './load/pages.ts';
import { BENCH_LIMITS, sayLimits } from './load/servers.ts';

const IMAGES = 200;
const ROUNDS = 5;
const DISTANCES_MS = [0, 40];

type PageName = 'photos' | 'one-request-each';

/** What one visit cost. */
interface Visit {
  requests: number;
  /** From navigation to the last image decoded, milliseconds. */
  lastImage: number;
}

/** Runs in the page, from its start. */
const MEASURE = `
  window.lastImage = new Promise((resolve) => {
    let decoded = 0;
    document.addEventListener('load', async ({ target }) => {
      if (!(target instanceof HTMLImageElement)) return;
      await target.decode();
      decoded += 1;
      if (decoded === ${IMAGES}) resolve(performance.now());
    }, true);
  });`;

export async function run(): Promise<Figure[]> {
  if (!browserPath) throw new Error('needs chromium');
  const pages = await openPages(['production'], { photos: IMAGES, limits: BENCH_LIMITS });
  const browser = await openBrowser();
  // The page that asks once for each image is over the default limit with its first visit.
  sayLimits(1);
  try {
    const figures: Figure[] = [];
    for (const distance of DISTANCES_MS) figures.push(...(await compareAt(distance, browser, pages)));
    return figures;
  } finally {
    await browser.close();
    await pages.stop();
  }
}

/** Rounds of both pages in turn, so that a busy machine slows both alike; the first of each warms the server. */
async function compareAt(distance: number, browser: Browser, pages: Pages): Promise<Figure[]> {
  const visits: Record<PageName, Visit[]> = { 'one-request-each': [], photos: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of ['one-request-each', 'photos'] as const) {
      const one = await visit(name, distance, browser, pages);
      if (round > 0) visits[name].push(one);
    }
  }
  const figure = (name: string, of: (visit: Visit) => number, hold: number, unit: string): Figure => {
    const rate = median(visits.photos.map(of));
    const floor = median(visits['one-request-each'].map(of));
    return { name: `${name}, HTTP/1.1, ${distance} ms away`, rate, floor, ratio: floor / rate, hold, unit };
  };
  return [
    figure(`sign requests of ${IMAGES} images`, ({ requests }) => requests, IMAGES, 'requests'),
    figure(`last of ${IMAGES} images`, ({ lastImage }) => lastImage, 1, 'ms'),
  ];
}

/** One visit with an empty cache. */
async function visit(name: PageName, distance: number, browser: Browser, pages: Pages): Promise<Visit> {
  const context = await browser.newContext();
  const page = await context.newPage();
  let requests = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/api/resources/sign')) requests += 1;
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: distance,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  await page.addInitScript(`window.given = ${JSON.stringify(pages.given)};${MEASURE}`);
  await page.goto(`${pages.origin}/production/${name}`);
  const lastImage = await page.evaluate<number>('window.lastImage');
  await context.close();
  return { requests, lastImage };
}
