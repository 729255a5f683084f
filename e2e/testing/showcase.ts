import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { browserPath, openBrowser } from './browser.ts';
import { filledFolder } from './filled-folder.ts';
import { startServer, type ServerProcess } from './server-process.ts';

/** A server with its samples, and a browser in front of it. */
export class Showcase {
  readonly server: ServerProcess;
  readonly #browser: Browser;
  readonly #removeData: () => Promise<void>;
  readonly #pages: Page[] = [];

  constructor(server: ServerProcess, browser: Browser, removeData: () => Promise<void>) {
    this.server = server;
    this.#browser = browser;
    this.#removeData = removeData;
  }

  static async start(): Promise<Showcase> {
    const folder = await filledFolder();
    const [server, browser] = await Promise.all([startServer(folder.path), openBrowser()]);
    return new Showcase(server, browser, () => folder.remove());
  }

  /** Opens a page in a browser profile of its own. @param path e.g. `/gallery` */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const page = await this.#browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    this.#pages.push(page);
    const visit = new Visit(page);
    await page.goto(this.server.origin + path);
    return visit;
  }

  /** Closes every page that was opened. */
  async closePages(): Promise<void> {
    await Promise.all(this.#pages.splice(0).map((page) => page.close()));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
    await this.#removeData();
  }
}

/** One page, what it asks the signing API for, and what it complains of. */
export class Visit {
  readonly page: Page;
  /** Sign requests so far, by their path. */
  readonly signRequests: string[] = [];
  /** Errors that nobody caught. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    // Always: a listener that comes and goes makes Playwright miss a picker that is opened by a key meanwhile.
    page.on('filechooser', () => undefined);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/resources/sign')) this.signRequests.push(pathname);
    });
  }

  byTestId(id: string) {
    return this.page.locator(`[data-testid="${id}"]`);
  }

  /** Waits until this part of the page says exactly that. */
  async waitForText(id: string, text: string, timeout = 30_000): Promise<void> {
    await this.page.locator(`[data-testid="${id}"]:text-is("${text}")`).waitFor({ timeout });
  }

  /** Follows a link of the bar. */
  async goTo(page: 'team' | 'gallery' | 'documents' | 'video' | 'upload'): Promise<void> {
    await this.byTestId(`page-${page}`).click();
    await this.page.waitForURL(`**/${page}*`);
  }

  async signInAs(person: string): Promise<void> {
    await this.byTestId('person-menu').click();
    await this.byTestId(`person-${person}`).click();
    await this.page.locator(`[data-testid="person-menu"][data-person="${person}"]`).waitFor();
  }

  /** Chooses from the menu of a document. @param choice e.g. `document-edit` */
  async chooseFor(document: Locator, choice: string): Promise<void> {
    await document.locator('[data-testid="document-more"]').click();
    await this.byTestId(choice).click();
  }

  /** Chooses a fault in the panel, which it opens if need be. */
  async choose(fault: 'normal' | '429' | '500' | 'slow' | 'dead'): Promise<void> {
    if ((await this.byTestId('fault-panel').count()) === 0) await this.byTestId('fault-toggle').click();
    await this.byTestId(`fault-${fault}`).getByRole('radio').click();
  }

  /** How far the page scrolls sideways, in CSS pixels. */
  sideways(): Promise<number> {
    return this.page.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - innerWidth)');
  }
}

/** Declares specs that need a browser: without one they are pending, and nothing is started. */
export function describeShowcase(what: string, specs: (showcase: () => Showcase) => void): void {
  describe(what, () => {
    let showcase: Showcase | undefined;
    beforeAll(async () => {
      if (browserPath) showcase = await Showcase.start();
    }, 60_000);
    beforeEach(() => {
      if (!browserPath) pending('needs chromium');
    });
    afterEach(() => showcase?.closePages());
    afterAll(() => showcase?.stop(), 30_000);
    specs(() => {
      if (!showcase) throw new Error('needs chromium');
      return showcase;
    });
  });
}
