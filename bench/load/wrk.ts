import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Load } from './generator.ts';

/** Whether wrk is installed: it takes far less of a small machine than a generator in JavaScript. */
export const hasWrk = ((): boolean => {
  try {
    execFileSync('wrk', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // It prints its version and exits with 1.
    return (error as { code?: string }).code !== 'ENOENT';
  }
})();

/** @returns answered requests per second; every answer must be 200 */
export async function wrkRequestsPerSecond({ url, connections, seconds, requests }: Load): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-wrk-'));
  try {
    const script = join(folder, 'requests.lua');
    await writeFile(script, luaScript(requests));
    const { stdout } = await promisify(execFile)('wrk', [
      '--threads=1',
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      `--script=${script}`,
      url,
    ]);
    const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
    if (!(rate > 0) || /Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
    return rate;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function luaScript(requests: Load['requests']): string {
  const formatted = requests.map(({ method, path, headers, body }) => {
    const pairs = Object.entries(headers ?? {}).map(
      ([name, value]) => `[ ${lua(name)} ]=${lua(String(value))}`,
    );
    return `wrk.format(${lua(method ?? 'GET')}, ${lua(path ?? '/')}, {${pairs.join(',')}}, ${body ? lua(String(body)) : 'nil'})`;
  });
  return `local requests
local next = 0
function init()
  requests = { ${formatted.join(',\n')} }
end
function request()
  next = next % #requests + 1
  return requests[next]
end
`;
}

const lua = (text: string): string => `[==[${text}]==]`;
