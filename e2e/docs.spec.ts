import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentedRoutes } from '../server/src/testing/documented-routes.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['.ci', 'bench', 'docs', 'e2e', 'projects', 'scripts', 'server'];
/** Written by a command, so a fresh clone may not have them. */
const WRITTEN_LATER = ['bench/RESULTS.md', 'docs/reliability.md'];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((path) => !/(^|\/)(node_modules|dist|artifacts)\//.test(path));

const files = [...readdirSync(ROOT), ...FOLDERS.flatMap(filesBelow)];
const pages = files.filter((path) =>
  /^([A-Z]+\.md|docs\/.*\.md|(server\/src|projects\/[\w-]+)\/README\.md)$/.test(path),
);
const sources = files.filter((path) => /^server\/src\/.*(?<!\.spec)\.ts$/.test(path));

/** The name that a heading has in a link, as the hosts of repositories make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const anchors = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));

describe('the documentation', () => {
  for (const page of pages) {
    describe(page, () => {
      it('links only to pages and headings that exist', () => {
        const broken = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
          .map(([, link = '']) => link)
          .filter((link) => !/^https?:/.test(link))
          .filter((link) => {
            const [path = '', heading] = link.split('#');
            const target = path ? normalize(join(dirname(page), path)) : page;
            return !existsSync(join(ROOT, target)) || (heading && !anchors(target).includes(heading));
          });
        expect(broken).toEqual([]);
      });

      it('names only files and folders that exist', () => {
        const named = [...read(page).matchAll(/`([\w.@/-]+)`/g)].map(([, name = '']) => name);
        const wanted = named.filter((name) =>
          /^[\w@-][\w.@/-]*\.(ts|mjs|sql|sh|md|html|scss)$|^(bench|docs|e2e|projects|scripts|server)\//.test(
            name,
          ),
        );
        const missing = wanted.filter((name) => {
          const path = name.replace(/\/$/, '');
          return !WRITTEN_LATER.includes(path) && !files.some((file) => `/${file}`.endsWith(`/${path}`));
        });
        expect(missing).toEqual([]);
      });
    });
  }

  it('lists every problem code with its status, and no other', () => {
    const thrown = new Set<string>();
    for (const source of sources) {
      const text = read(source);
      const known = [...text.matchAll(/new Problem\(\s*(\d{3}),\s*'([a-z-]+)'/g)];
      // A code that is not written down here could not be found in the documentation either.
      expect([source, known.length]).toEqual([source, text.split('new Problem(').length - 1]);
      for (const [, status, code] of known) thrown.add(`${code} ${status}`);
    }
    const rows = [...read('docs/problems.md').matchAll(/^\| `([a-z-]+)` +\| (\d{3}) /gm)];
    expect(rows.map(([, code, status]) => `${code} ${status}`)).toEqual([...thrown].sort());
  });

  describe('of the API', () => {
    const contracts = documentedRoutes();

    it('names for each call only problems that exist', () => {
      const rows = new Set(
        [...read('docs/problems.md').matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code),
      );
      const unknown = contracts.flatMap(({ problems }) => problems.filter((code) => !rows.has(code)));
      expect(unknown).toEqual([]);
    });

    for (const page of pages) {
      const marked = /<!-- (request|answer): ([A-Z]+) (\S+)(?: (\d+))? -->\s+```json\n([\s\S]*?)```/g;
      for (const [, part, method = '', path, status, text = ''] of read(page).matchAll(marked)) {
        it(`shows in ${page} a true ${part} of ${method} ${path}`, () => {
          const contract = contracts.find((one) => one.path === path && one.method === method.toLowerCase());
          const schema = part === 'request' ? contract?.body : contract?.responses[Number(status)]?.schema;
          const example: unknown = JSON.parse(text);
          // What comes out is what went in: nothing is missing, wrong, or unknown and dropped.
          expect(schema?.parse(example)).toEqual(example);
        });
      }
    }
  });

  it('draws the order in which the folders of the server import each other', () => {
    const line = /^`samples` -> .*$/m.exec(read('server/src/README.md'))?.[0] ?? '';
    const ranks = line.split(' -> ').map((rank) => [...rank.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    const rankOf = (folder: string | undefined): number => ranks.findIndex((rank) => rank.includes(folder));
    const backwards = sources.filter((source) => {
      const from = rankOf(/^server\/src\/(\w+)\//.exec(source)?.[1]);
      if (from < 0 || source.includes('/testing/')) return false;
      const imported = [...read(source).matchAll(/from '(?:\.\.\/)+(\w+)\//g)].map(([, folder]) => folder);
      return imported.some(
        (folder) => rankOf(folder) >= 0 && rankOf(folder) <= from && !source.includes(`/${folder}/`),
      );
    });
    expect(ranks.length).toBeGreaterThan(4);
    expect(backwards).toEqual([]);
  });
});
