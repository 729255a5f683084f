// The sections of bench/RESULTS.md that commands write: `<!-- NAME -->` to `<!-- /NAME -->`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { CommandError, root } from './command.mjs';
import { lockedNode } from './locked-node.mjs';

const page = join(root, 'bench', 'RESULTS.md');

/**
 * Puts a text into its section, under a line that says when, where and by which command it was made.
 * @param section name of the markers
 * @param script npm script, e.g. `bench`; the words of the command line, without `--write`, are added
 * @throws CommandError when the page has lost the markers of the section
 */
export function record(section, script, text) {
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '# Benchmark results\n';
  const node = spawnSync(lockedNode(), ['--version'], { encoding: 'utf8' }).stdout.trim();
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${node}`;
  const words = process.argv.slice(2).filter((word) => word !== '--write');
  const typed = [`npm run ${script}`, ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  const when = `${new Date().toISOString().slice(0, 10)}, ${machine}, \`${typed}\`:`;
  writeFileSync(page, withSection(before, section, `${when}\n\n${text}`));
  console.log('written to bench/RESULTS.md');
}

/**
 * @param before text of the page
 * @returns the page with the section's content replaced; a section that was not there yet is added at the end
 * @throws CommandError when only one of its markers is there
 */
export function withSection(before, section, text) {
  const [from, to] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const written = `${from}\n\n${text}\n\n${to}`;
  const [start, end] = [before.indexOf(from), before.indexOf(to)];
  if (start < 0 && end < 0) return `${before.trimEnd()}\n\n${written}\n`;
  if (start < 0 || end < start)
    throw new CommandError(`bench/RESULTS.md has lost its markers ${from} and ${to}.`);
  return before.slice(0, start) + written + before.slice(end + to.length);
}
