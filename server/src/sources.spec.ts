import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is shipped of these folders, by its path. */
function sourcesOf(...folders: string[]): ReadonlyMap<string, string> {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const shipped = paths.filter(
    (path) => path.endsWith('.ts') && !/\.(spec|contract)\.ts$|\/(testing|node_modules)\//.test(path),
  );
  return new Map(shipped.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

const server = sourcesOf('server/src', 'projects/signed-url/src');
const library = sourcesOf('projects/resource-url/src', 'projects/resource-url/image/src');

/** The files in which it stands. */
const filesWith = (sources: ReadonlyMap<string, string>, what: RegExp): string[] =>
  [...sources].filter(([, text]) => what.test(text)).map(([path]) => path);

/** What the first group of the pattern finds, each once. */
const found = (what: RegExp): string[] => {
  const all = [...server.values()].flatMap((text) => [...text.matchAll(what)]);
  return [...new Set(all.map(([, name = '']) => name))].sort();
};

// What only reading can find: no call shows which function made a number, or that there is no second way out.
describe('the sources', () => {
  it('are read by this spec', () => {
    expect(server.size).toBeGreaterThan(150);
    expect(library.size).toBeGreaterThan(20);
    expect(filesWith(server, /from 'node:crypto'/).length).toBeGreaterThan(20);
  });

  it('know one hash function, SHA-256, and name it where they call it', () => {
    expect(found(/\b(?:createHash|createHmac|hash|hkdfSync)\(\s*'([\w-]+)'/g)).toEqual(['sha256']);
    expect(found(/\b(?:createHash|createHmac|hash|hkdfSync)\(\s*([^'\s)])/g)).toEqual([]);
    expect(found(/'(SHA-?\d+)'/g)).toEqual(['SHA-256']);
    expect(filesWith(server, /\b(md5|sha1|sha-1|ripemd|createCipher\(|createDecipher\()/i)).toEqual([]);
  });

  it('take what nobody may guess from the generator of the system', () => {
    expect(filesWith(server, /\bMath\.random\b/)).toEqual([
      'server/src/leases/epoch-signal.store.ts',
      'server/src/platform/instance-lock.ts',
    ]);
    const places = filesWith(server, /\b(randomBytes|randomFillSync)\(/);
    for (const made of ['platform/ids', 'platform/generated-secrets', 'keys/owner-keys', 'audit/salts']) {
      expect(places).toContain(`server/src/${made}.ts`);
    }
  });

  it('make no program of text, and start programs only where no request comes by', () => {
    expect(filesWith(server, /\beval\(|\bnew Function\b|'node:vm'/)).toEqual([]);
    const starting = filesWith(server, /'node:child_process'/);
    expect(starting.length).toBeGreaterThan(2);
    expect(starting.filter((path) => !path.startsWith('server/src/platform/'))).toEqual([]);
    expect(filesWith(server, /\bshell: true\b|\bexec\(`|\bexecSync\(/)).toEqual([]);
  });

  it('leave the machine in few places while serving, which is never sent on to another address', () => {
    const leaving = filesWith(server, /(?<![.#\w])fetch\(|'node:https'|\bhttp\.request\(|createConnection\(/);
    expect(leaving.sort()).toEqual([
      'server/src/cli/doctor/services.ts',
      'server/src/identity/issuer-document.ts',
      'server/src/offboarding/live-probes.ts',
    ]);
    for (const path of leaving) expect(server.get(path)).toMatch(/redirect: '(error|manual)'/);
  });

  it('of the Angular library keep URLs in memory, and in no storage of the browser', () => {
    expect(filesWith(library, /\b(localStorage|sessionStorage|indexedDB|document\.cookie|caches)\b/)).toEqual(
      [],
    );
    expect(filesWith(library, /innerHTML|bypassSecurityTrust|\beval\(|new Function\b/)).toEqual([]);
  });
});
