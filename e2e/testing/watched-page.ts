import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A page, and what it asked for and complained about. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** `POST .../sign` and `.../sign/batch`, without preflights. */
  readonly signRequests: string[];
  /** Console errors and warnings, uncaught errors, violations of the Content-Security-Policy. */
  readonly complaints: string[];
  /** Everything written to the console, at any level. */
  readonly messages: string[];
  close(): Promise<void>;
}

/**
 * Opens an empty page in a context of its own.
 *
 * @param prepare runs on the context before the page exists
 */
export async function openWatchedPage(
  browser: Browser,
  prepare: (context: BrowserContext) => Promise<void> = () => Promise.resolve(),
): Promise<WatchedPage> {
  const context = await browser.newContext();
  await prepare(context);
  const page = await context.newPage();
  const signRequests: string[] = [];
  const complaints: string[] = [];
  const messages: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST') return;
    if (/\/sign(\/batch)?$/.test(new URL(request.url()).pathname)) signRequests.push(request.url());
  });
  page.on('console', (message) => {
    messages.push(message.text());
    if (/error|warn/.test(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      console.error('policy: ' + effectiveDirective + ' forbids ' + blockedURI.split('?')[0]));`,
  );
  return { page, context, signRequests, complaints, messages, close: () => context.close() };
}

interface PageImage {
  readonly complete: boolean;
  readonly naturalWidth: number;
  addEventListener(type: 'load', listener: () => void): void;
  decode(): Promise<void>;
}

/**
 * Waits until the page has `count` images and every one is decoded.
 *
 * @returns their widths, pixels
 * @throws Error after 20 seconds
 */
export async function decodedWidths(page: Page, count: number): Promise<number[]> {
  const images = page.locator('img');
  await images.nth(count - 1).waitFor({ state: 'attached', timeout: 20_000 });
  const decoded = images.evaluateAll(async (all: PageImage[]) => {
    const width = async (image: PageImage): Promise<number> => {
      // Before its first URL an image is complete, and empty.
      if (!image.complete || image.naturalWidth === 0) {
        await new Promise<void>((resolve) => image.addEventListener('load', resolve));
      }
      await image.decode();
      return image.naturalWidth;
    };
    return Promise.all(all.map(width));
  });
  const widths = await Promise.race([decoded, sleep(20_000, undefined, { ref: false })]);
  if (widths?.length === count) return widths;
  const paths = (await imageSources(page)).map((source) => source.split('?')[0]);
  throw new Error(`${widths?.length ?? 'not all'} of ${count} images decoded: ${paths.join(' ')}`);
}

/** What the images of the page have as `src`, absolute. */
export function imageSources(page: Page): Promise<string[]> {
  return page.locator('img').evaluateAll((images: { src: string }[]) => images.map(({ src }) => src));
}

/** Parts of signed URLs, which no message may hold. */
export function withQuery(messages: readonly string[]): string[] {
  return messages.filter((message) => /[?&](sig|exp|kid|sid)=/.test(message));
}
