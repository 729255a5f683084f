// npm test: installs what is missing, runs every stage, prints the counts on the last line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endChildrenOnSignals } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { filesIn } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { recordLongRun } from './reliability.mjs';
import { createRunFolder, endProcessesIn, removeRunFolder } from './run-folder.mjs';
import { karmaProjects, select } from './spec-selection.mjs';
import { checks, coreCoverage, karma, libraryBuild, nodeSpecs, showcaseBuild } from './stages.mjs';
import { ensureChromium, ensurePgbouncer, ensureRedis } from './system-packages.mjs';

const help = `
npm test -- [WORD...] [--no-install]
npm run test:long -- [WORD...]

Without words: checks, Node specs, Karma, library build, browser specs. The last line is "N passed, N failed".
  WORD           only the specs of a folder (signing, signed-url, e2e), an Angular project (resource-url, showcase)
                 or files whose name contains it
  --no-install   install neither packages nor Chromium, Redis, PgBouncer; specs that need one are pending
  --help         this text

  SEED=N         order of the specs and property tests (printed by every run)
  SCALE=N        multiplies rounds, clients and property test cases (1; 20 in test:long, which also adds its
                 result to docs/reliability.md)
  CORPORA_DIR    folder with the Wycheproof and WPT files; conformance specs are pending without it
`;

const options = { long: { type: 'boolean' }, 'no-install': { type: 'boolean' } };
const nodeSpecFolders = [
  'scripts',
  'projects/signed-url',
  'projects/resource-url/src/core',
  'projects/resource-url/schematics',
  'server/src',
  'e2e',
];

await command({ help, options, words: true }, async (flags, words) => {
  endChildrenOnSignals();
  const began = Date.now();
  const install = !flags['no-install'];
  const specs = nodeSpecFolders.flatMap(filesIn).filter((file) => /\.spec\.(ts|mjs)$/.test(file));
  const selection = select(words, specs);
  if (selection.unknown.length > 0)
    throw new CommandError(`No spec has ${selection.unknown.join(' or ')} in its path.`);
  await ensureInstalled({ install });

  const seed = process.env.SEED || String(Math.floor(Math.random() * 100_000));
  const scale = process.env.SCALE || (flags.long ? '20' : '1');
  const folder = createRunFolder();
  process.on('exit', () => {
    endProcessesIn(folder);
    removeRunFolder(folder);
  });
  const chosen = words.length > 0 ? selection : { projects: karmaProjects, specs };
  const browser = chosen.projects.length > 0 || chosen.specs.some(inBrowser);
  const redis = chosen.specs.some(uses('testing/redis-server.ts'));
  const pgbouncer = chosen.specs.some(uses('testing/pgbouncer.ts'));
  const env = {
    SEED: seed,
    SCALE: scale,
    TMPDIR: folder,
    CHROME_BIN: (browser && (await ensureChromium({ install }))) || '',
    REDIS_SERVER: (redis && (await ensureRedis({ install }))) || '',
    PGBOUNCER: (pgbouncer && (await ensurePgbouncer({ install }))) || '',
  };
  console.log(`seed ${seed}, scale ${scale}`);

  const total = await runAll(stagesFor(chosen, env, { all: words.length === 0 }), folder);
  const summary = `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`;
  const seconds = (Date.now() - began) / 1000;
  if (flags.long) recordLongRun({ seed, scale, words, summary, seconds });
  console.log(`\n${seconds.toFixed(1)} s\n${summary}`);
  return total.failed > 0 ? 1 : 0;
});

function inBrowser(file) {
  return file.startsWith('e2e/');
}

function uses(part) {
  return (file) => readFileSync(join(root, file), 'utf8').includes(part);
}

function stagesFor({ projects, specs }, env, { all }) {
  const inProcess = specs.filter((file) => !inBrowser(file));
  const endToEnd = specs.filter(inBrowser);
  return [
    ...(all ? checks : []),
    ...(all || inProcess.length > 0 ? [nodeSpecs('node specs', inProcess, env)] : []),
    ...(all ? [coreCoverage] : []),
    ...projects.flatMap((project) => karma(project, env)),
    ...(all ? libraryBuild : []),
    ...(all || endToEnd.length > 0 ? [showcaseBuild, nodeSpecs('e2e', endToEnd, env)] : []),
  ];
}

async function runAll(stages, folder) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, stage] of stages) {
    const from = Date.now();
    const { passed, failed, skipped = 0, pending = [], output } = await stage();
    if (failed > 0) console.log(`\n${output.trimEnd()}\n`);
    const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    console.log(
      `${name.padEnd(16)} ${counts.padEnd(36)} ${((Date.now() - from) / 1000).toFixed(1).padStart(6)} s`,
    );
    for (const line of reasons(pending)) console.log(`    ${line}`);
    for (const line of endProcessesIn(folder)) console.log(`    was still running: ${line}`);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** "12 skipped: needs chromium", one line per reason. */
function reasons(pending) {
  const byReason = new Map();
  for (const { reason } of pending) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  return [...byReason].map(([reason, count]) => `${count} skipped: ${reason}`);
}
