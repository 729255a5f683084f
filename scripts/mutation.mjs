// npm run mutation: changes src/core of the Angular library in many small ways, and counts which of them a spec notices.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endChildrenOnSignals, run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { filesIn } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { lockedNode } from './locked-node.mjs';
import { mutationScore } from './mutation/score.mjs';
import { record } from './results-page.mjs';
import { createRunFolder, endProcessesIn, removeRunFolder } from './run-folder.mjs';

const core = 'projects/resource-url/src/core';
/** Percent of the mutants that a spec has to notice. */
const hold = 85;

const help = `
npm run mutation -- [WORD...] [--write] [--no-install]

Mutates ${core} and runs its Node specs; lists every mutant that no spec noticed, and ends with the figure. Fails
below ${hold} %.

  WORD           only files whose name contains it (request-queue)
  --write        put the figure into bench/RESULTS.md
  --no-install   never install anything; say what is missing instead
  --help         this text
`;

const options = { write: { type: 'boolean' }, 'no-install': { type: 'boolean' } };

await command({ help, options, words: true }, async (flags, words) => {
  endChildrenOnSignals();
  const sources = filesIn(core).filter((file) => !/\.spec\.ts$|\/testing\//.test(file));
  const chosen = sources.filter(
    (file) => words.length === 0 || words.some((word) => basename(file).includes(word)),
  );
  if (chosen.length === 0)
    throw new CommandError(`No file of ${core} has ${words.join(' or ')} in its name.`);
  await ensureInstalled({ install: !flags['no-install'] });

  const folder = createRunFolder();
  process.on('exit', () => {
    endProcessesIn(folder);
    removeRunFolder(folder);
  });
  const report = await mutate(chosen, folder);
  const { killed, mutants, percent, files } = mutationScore(report);
  const rows = files.map(
    (file) => `| ${file.file.slice(core.length + 1)} | ${file.killed} | ${file.mutants} |`,
  );
  const figure = `${percent.toFixed(1)} % of the mutants of src/core are noticed by its Node specs (${killed} of ${mutants}); to hold: ${hold} %.`;
  if (flags.write) record('mutation', 'mutation', figure);
  console.log(
    `\n${['| file | noticed | mutants |', '| --- | --- | --- |', ...rows].join('\n')}\n\n${figure}`,
  );
  return percent >= hold ? 0 : 1;
});

/** @returns the report, in the mutation testing report schema */
async function mutate(files, folder) {
  const written = join(folder, 'report.json');
  const jasmine = join(folder, 'jasmine.json');
  const config = join(folder, 'stryker.json');
  writeFileSync(jasmine, JSON.stringify({ spec_dir: core, spec_files: ['**/*.spec.ts'] }));
  writeFileSync(
    config,
    JSON.stringify({
      mutate: files,
      testRunner: 'jasmine',
      plugins: ['@stryker-mutator/jasmine-runner'],
      jasmineConfigFile: jasmine,
      // Which spec reaches which mutant: the others are not run for it.
      coverageAnalysis: 'perTest',
      concurrency: 2,
      testRunnerNodeArgs: [
        '--conditions=source',
        `--import=${pathToFileURL(join(root, 'scripts', 'mutation', 'fixed-properties.mjs')).href}`,
      ],
      // Only the core is copied, into the run's folder; node_modules is linked. Node strips the types, so none are checked.
      ignorePatterns: ['**', `!${core}/**`, '!package.json'],
      tempDirName: join(folder, 'sandbox'),
      disableTypeChecks: false,
      reporters: ['clear-text', 'json'],
      jsonReporter: { fileName: written },
      clearTextReporter: {
        allowColor: false,
        allowEmojis: false,
        reportTests: false,
        logTests: false,
        reportScoreTable: false,
      },
    }),
  );
  const stryker = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const { code } = await run(lockedNode(), [stryker, 'run', config], { env: { TMPDIR: folder } });
  if (code !== 0) throw new CommandError('Stryker did not come to an end: see above.');
  return JSON.parse(readFileSync(written, 'utf8'));
}
