import { element, handedOn, text } from './testing/html.ts';
import { renderedPage, type PageOptions, type RenderedPage } from './testing/rendered-page.ts';
import { filledFolder } from './testing/filled-folder.ts';
import { startServer, type ServerProcess } from './testing/server-process.ts';
import { startSigningApi } from './testing/signing-api.ts';

describe('a page rendered on the server, with signed URLs in it,', () => {
  let page: RenderedPage;

  beforeAll(async () => {
    page = await renderedPage();
  }, 120_000);

  const optionsFor = (origin: string, more: Partial<PageOptions> = {}): PageOptions => ({
    mode: 'production',
    serverRendering: 'sign',
    api: `${origin}/api/resources`,
    deliveryOrigins: [`${origin}/cdn`],
    ...more,
  });

  describe('while the signing API works,', () => {
    let folder: Awaited<ReturnType<typeof filledFolder>>;
    let server: ServerProcess;

    beforeAll(async () => {
      folder = await filledFolder();
      server = await startServer(folder.path);
    }, 60_000);

    afterAll(async () => {
      await server.stop();
      await folder.remove();
    });

    const renderFor = async (person: string): Promise<string> =>
      page.render(optionsFor(server.origin, { token: await server.signIn(person) }));

    /** @returns what the API hands this person for the path, now */
    const signedFor = async (person: string, path: string): Promise<string> => {
      const token = await server.signIn(person);
      return (await server.post<{ url: string }>('/api/resources/sign', { path, reason: 'resource' }, token))
        .url;
    };

    it('shows pictures that load, and links that are signed on a click alone', async () => {
      const html = await renderFor('ada');
      for (const id of ['stream', 'healing', 'optimized']) {
        const url = srcOf(html, id);
        expect(url).toMatch(/\?sig=/);
        const response = await fetch(url);
        expect(response.status).withContext(id).toBe(200);
        await response.arrayBuffer();
      }
      expect(text(html, 'status')).toBe('ready');
      expect(text(html, 'signed')).toContain('sig=');
      expect(text(html, 'resource')).toContain('sig=');
      expect(element(html, 'lazy')).not.toContain(' src');
      expect(element(html, 'link')).not.toContain('href=');
    });

    it("never shows one person's URLs to another, however many pages are rendered at once", async () => {
      const people = Array.from({ length: 12 }, (_, index) => (index % 2 ? 'ada' : 'grace'));
      const path = 'public/team/avatar-1.jpg';
      const signed = async (person: string): Promise<[string, string]> => [
        person,
        await signedFor(person, path),
      ];
      // A time window may end in between: its URLs are others.
      const before = await Promise.all(['ada', 'grace'].map(signed));
      const pages = await Promise.all(people.map(renderFor));
      const after = await Promise.all(['ada', 'grace'].map(signed));
      expect(before[0]?.[1]).not.toBe(before[1]?.[1]);
      const of = (person: string) =>
        [...before, ...after].filter(([who]) => who === person).map(([, url]) => url);
      pages.forEach((html, index) => {
        expect(of(people[index] ?? ''))
          .withContext(people[index] ?? '')
          .toContain(srcOf(html, 'healing'));
      });
      const signatures = (person: string): Set<string> =>
        new Set(
          pages
            .filter((_, index) => people[index] === person)
            .flatMap((html) => html.match(/(?<=sid=)[\w-]+/g) ?? []),
        );
      expect(signatures('ada').size).toBeGreaterThanOrEqual(5);
      expect([...signatures('ada')].filter((sid) => signatures('grace').has(sid))).toEqual([]);
    });
  });

  it('hands on no signed URL beside the HTML, though it hands on the other answers', async () => {
    const api = await startSigningApi('cacheable');
    const html = await page.render(
      optionsFor(api.origin, { greeting: `${api.origin}/greeting`, token: 'any' }),
    );
    await api.close();
    expect(srcOf(html, 'healing')).toContain('?sig=');
    expect(handedOn(html)).toContain('Good morning');
    expect(handedOn(html)).not.toContain('sig=');
    expect(handedOn(html)).not.toContain('sig_');
  });

  for (const [problem, status, headers] of [
    ['refuses', 500, {}],
    ['has too much to do', 429, { 'retry-after': '2' }],
    ['rests for an hour', 503, { 'retry-after': '3600' }],
  ] as const) {
    it(`comes without pictures when the API ${problem}`, async () => {
      const api = await startSigningApi(status, headers);
      const html = await page.render(optionsFor(api.origin));
      await api.close();
      expectNoUrls(html);
      expect(text(html, 'status')).toBe('failed');
      expect(text(html, 'signed')).toBe('http-error');
      expect(text(html, 'later')).toMatch(/^(?:http-error|unavailable)$/);
      expect(api.asked.length).toBe(1);
    });
  }

  it('comes without pictures when nobody is at the address of the API', async () => {
    const api = await startSigningApi(500);
    await api.close();
    const html = await page.render(optionsFor(api.origin));
    expectNoUrls(html);
    expect(text(html, 'signed')).toBe('network');
  });

  it('comes without pictures when the API never answers', async () => {
    const api = await startSigningApi('never');
    const html = await page.render(optionsFor(api.origin));
    await api.close();
    expectNoUrls(html);
    expect(text(html, 'signed')).toBe('network');
  });

  function expectNoUrls(html: string): void {
    expect(html).not.toContain('sig=');
    for (const id of ['healing', 'source', 'optimized']) expect(element(html, id)).not.toContain(' src');
    expect(element(html, 'stream')).toContain(' src=""');
  }
});

function srcOf(html: string, id: string): string {
  return / src="([^"]*)"/.exec(element(html, id))?.[1] ?? '';
}
