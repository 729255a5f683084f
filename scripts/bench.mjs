// npm run bench: every benchmark in a process of its own, one after the other, and a table of the ratios.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename, join } from 'node:path';
import { benchTable } from './bench-table.mjs';
import { endChildrenOnSignals, run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { filesIn } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';
import { createRunFolder, endProcessesIn, removeRunFolder } from './run-folder.mjs';

const help = `
npm run bench -- [--only NAME] [--write] [--no-install]

Runs bench/*.ts; each measures a floor and the product in the same run and prints the ratio.

  --only NAME    only bench/NAME.ts; may be given several times
  --write        put the table into bench/RESULTS.md
  --no-install   never install anything; say what is missing instead
  --help         this text

A benchmark exports run(), which resolves [{ name, rate, floor, ratio, hold, unit? }]: measured and floor in the same
unit (per second when none is given), ratio what is held against hold, the least that is good enough. Of a size, which
has no floor, it is { name, size, most?, unit }: most is the largest that is good enough.
`;

const options = {
  only: { type: 'string', multiple: true },
  write: { type: 'boolean' },
  'no-install': { type: 'boolean' },
};
const results = join(root, 'bench', 'RESULTS.md');
const marker = { from: '<!-- results -->', to: '<!-- /results -->' };

await command({ help, options }, async (flags) => {
  endChildrenOnSignals();
  const all = filesIn('bench').filter((file) => /^bench\/[^/]+(?<!\.spec)\.ts$/.test(file));
  const chosen = all.filter((file) => !flags.only || flags.only.includes(basename(file, '.ts')));
  const names = all.map((file) => basename(file, '.ts')).join(', ');
  if (chosen.length === 0) throw new CommandError(`No such benchmark; there are: ${names || 'none yet'}.`);
  await ensureInstalled({ install: !flags['no-install'] });

  const folder = createRunFolder();
  process.on('exit', () => {
    endProcessesIn(folder);
    removeRunFolder(folder);
  });
  const figures = [];
  const crashed = [];
  for (const file of chosen) {
    console.log(`${file} ...`);
    const answer = join(folder, 'figures.json');
    const env = { TMPDIR: folder, BENCH_FIGURES: answer };
    const { code } = await run(
      lockedNode(),
      ['--conditions=source', join('scripts', 'bench-one.mjs'), file],
      { env },
    );
    if (code === 0) figures.push(...JSON.parse(readFileSync(answer, 'utf8')));
    else crashed.push(`${file} ended with code ${code}`);
  }
  console.log(`\n${benchTable(figures)}`);
  if (flags.write) record(figures);
  crashed.forEach((line) => console.log(line));
  return crashed.length > 0 ? 1 : 0;
});

function record(figures) {
  const before = existsSync(results)
    ? readFileSync(results, 'utf8')
    : `# Benchmark results\n\n${marker.from}\n${marker.to}\n`;
  const [head, rest] = before.split(marker.from);
  const tail = rest?.split(marker.to)[1];
  if (tail === undefined)
    throw new CommandError(`bench/RESULTS.md has lost its markers ${marker.from} and ${marker.to}.`);
  const node = spawnSync(lockedNode(), ['--version'], { encoding: 'utf8' }).stdout.trim();
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${node}`;
  const words = process.argv.slice(2).filter((word) => word !== '--write');
  const typed = ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  const when = `${new Date().toISOString().slice(0, 10)}, ${machine}, \`${typed}\`:`;
  writeFileSync(results, `${head}${marker.from}\n\n${when}\n\n${benchTable(figures)}\n\n${marker.to}${tail}`);
  console.log('written to bench/RESULTS.md');
}
