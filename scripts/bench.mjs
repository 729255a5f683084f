// npm run bench: every benchmark in a process of its own, one after the other, and a table of the ratios.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { benchTable } from './bench-table.mjs';
import { endChildrenOnSignals, run } from './children.mjs';
import { CommandError, command } from './command.mjs';
import { filesIn } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';
import { record } from './results-page.mjs';
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
  if (flags.write) record('results', 'bench', benchTable(figures));
  crashed.forEach((line) => console.log(line));
  return crashed.length > 0 ? 1 : 0;
});
