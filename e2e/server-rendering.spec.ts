import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { element, handedOn, text } from './testing/html.ts';
import { renderedPage, type PageOptions, type RenderedPage } from './testing/rendered-page.ts';
import { startSigningApi, type SigningApi } from './testing/signing-api.ts';

describe('a page rendered on the server, where signing is left to the browser,', () => {
  let page: RenderedPage;
  let api: SigningApi;
  let html: string;

  const options = (mode: PageOptions['mode'] = 'production'): PageOptions => ({
    mode,
    api: `${api.origin}/api/resources`,
    deliveryOrigins: ['https://cdn.example.com/cdn'],
    token: 'secret-token',
    greeting: `${api.origin}/greeting`,
  });

  beforeAll(async () => {
    page = await renderedPage();
  }, 120_000);

  beforeEach(async () => {
    // Whoever asked it would wait for ever.
    api = await startSigningApi('never');
    html = await page.render(options());
  });

  afterEach(() => api.close());

  it('asks the signing API for nothing', () => {
    expect(api.asked).toEqual(['/greeting']);
  });

  it('hands on nothing that is signed, though it hands on the other answers', () => {
    expect(text(html, 'h1')).toBe('Good morning');
    expect(handedOn(html)).toContain('Good morning');
    expect(html).not.toContain('sig=');
    expect(html).not.toContain('cdn.example.com/cdn');
    expect(html).not.toContain('secret-token');
  });

  it('has no URL in any element, and stands at the beginning', () => {
    for (const id of ['healing', 'lazy', 'source', 'optimized'])
      expect(element(html, id)).not.toMatch(/ src/);
    expect(element(html, 'stream')).toContain(' src=""');
    expect(element(html, 'link')).not.toContain('href=');
    expect(text(html, 'status')).toBe('loading');
    expect(text(html, 'resource')).toBe('loading');
  });

  it('is told by sign() that it is deferred, while preload() comes to its end', () => {
    expect(text(html, 'signed')).toBe('deferred');
    expect(text(html, 'preloaded')).toBe('preloaded');
  });

  it('shows what needs no signature', () => {
    expect(element(html, 'foreign')).toContain(' src="data:image/gif;base64,');
  });

  it('keeps the place of an optimised image, and connects to where it will come from', () => {
    const image = element(html, 'optimized');
    expect(image).toContain(' width="600" height="800"');
    expect(image).toContain('display: inline-block');
    expect(html).toContain('<link rel="preconnect" href="https://cdn.example.com">');
    expect(html).not.toContain('rel="preload"');
  });

  it('has direct paths in development', async () => {
    html = await page.render(options('development'));
    expect(element(html, 'stream')).toContain(' src="/assets/deployed/images/users/avatar-2.jpg"');
    expect(element(html, 'healing')).toContain(' src="/assets/deployed/public/team/avatar-1.jpg"');
    expect(element(html, 'source')).toContain(' src="/assets/deployed/public/videos/tour.webm"');
    expect(element(html, 'optimized')).toContain(' src="/assets/deployed/public/team/avatar-3.jpg"');
    expect(text(html, 'signed')).toBe('/assets/deployed/public/team/avatar-4.jpg');
    expect(text(html, 'resource')).toBe('/assets/deployed/public/team/avatar-7.jpg');
    expect(text(html, 'status')).toBe('ready');
    expect(api.asked).toEqual(['/greeting', '/greeting']);
  });

  for (const mode of ['production', 'development'] as const) {
    it(`leaves no timer and no socket behind in ${mode}: the program ends by itself`, async () => {
      const alone = { ...options(mode), greeting: undefined };
      const program = `
        import { render } from ${JSON.stringify(pathToFileURL(page.serverFile).href)};
        const html = await render(${JSON.stringify(alone)}, '<html><body><app-root></app-root></body></html>', 'http://127.0.0.1/');
        const open = process.getActiveResourcesInfo().filter((name) => !/^Pipe/.test(name));
        process.stdout.write(JSON.stringify({ html, open }));`;
      const args = ['--input-type=module', '--eval', program];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { html: rendered, open } = JSON.parse(stdout) as { html: string; open: string[] };
      expect(text(rendered, 'preloaded')).toBe('preloaded');
      expect(open).toEqual([]);
    });
  }
});
