import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { RateLimitSettings } from '../../server/src/identity/limit-table.ts';
import { issueToken } from '../../server/src/identity/tokens.ts';
import { PAGES_JWT_SECRET } from './pages-secret.ts';
import { startPages } from './servers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ADA = { id: 'ada', name: 'Ada Lovelace', tenantId: 'default', roles: ['tenantMember'] };

/** Builds of bench/pages: optimised; as a developer has it; the same with zone.js. */
export type PagesBuild = 'production' | 'development' | 'with-zone';

/** The pages of bench/pages in front of a real server that holds what they show. */
export interface Pages {
  readonly origin: string;
  /** What a page expects as `window.given`. */
  readonly given: { photos: string[]; files: string[]; token: string };
  /** The time of the server, milliseconds ahead of the real one. */
  setClock(ahead: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Builds the pages and starts a server with so many photos and documents of Ada's, who is signed in.
 *
 * @param limits changes to the server's; else its defaults hold
 */
export async function openPages(
  builds: readonly PagesBuild[],
  { photos, files = 0, limits = {} }: { photos: number; files?: number; limits?: RateLimitSettings },
): Promise<Pages> {
  for (const build of builds) await buildPages(build);
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-pages-'));
  // When this is root, the database's user must get through it.
  await chmod(dataDir, 0o711);
  const server = await startPages(dataDir, join(ROOT, 'dist', 'bench-pages'), limits);
  const token = issueToken(ADA, PAGES_JWT_SECRET);
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const paths = await upload(server.origin, token, 'teamPhoto', photos);
    return {
      origin: server.origin,
      given: {
        photos: paths.map((path) => path.replace('public/team/', '')),
        files: await upload(server.origin, token, 'document', files),
        token,
      },
      setClock: async (ahead) => {
        const body = JSON.stringify({ ahead });
        const headers = { 'content-type': 'application/json' };
        await fetch(`${server.origin}/clock`, { method: 'POST', headers, body });
        // A jump ends the lease, which is renewed within half a second; a clock that merely goes on does not.
        while (!(await fetch(`${server.origin}/health/ready`)).ok) await sleep(50);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns paths of the new resources */
async function upload(origin: string, token: string, kind: string, count: number): Promise<string[]> {
  const body = await photograph();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/jpeg' };
  const paths: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const name = `${kind}-${String(n).padStart(3, '0')}.jpg`;
    const target = `${origin}/api/resources?kind=${kind}&name=${name}`;
    const response = await fetch(target, { method: 'POST', headers, body });
    const { path, code } = (await response.json()) as { path?: string; code?: string };
    if (!path) throw new Error(`${name} was not taken: ${response.status} ${code}`);
    paths.push(path);
  }
  return paths;
}

/** A picture as small as those of a team page: 96 pixels square, some 5 kB. */
async function photograph(): Promise<Uint8Array<ArrayBuffer>> {
  const noise = { type: 'gaussian', mean: 120, sigma: 40 } as const;
  const canvas = { width: 96, height: 96, channels: 3, background: '#247', noise } as const;
  return new Uint8Array(await sharp({ create: canvas }).jpeg({ quality: 80 }).toBuffer());
}

/** Builds last as long as the process: nothing changes the sources meanwhile. */
const built = new Map<PagesBuild, Promise<void>>();

function buildPages(build: PagesBuild): Promise<void> {
  const known = built.get(build) ?? angularBuild(build);
  built.set(build, known);
  return known;
}

async function angularBuild(build: PagesBuild): Promise<void> {
  const ng = join(ROOT, 'node_modules', '@angular', 'cli', 'bin', 'ng.js');
  const args = [ng, 'build', 'bench-pages', '--configuration', build, '--progress=false'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`bench-pages did not build:\n${output}`);
}
