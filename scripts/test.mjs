// npm test: installs what is missing, runs every stage, prints the counts on the last line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endChildrenOnSignals } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { filesIn } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { lanes, runInLanes } from './lanes.mjs';
import { recordLongRun } from './reliability.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';
import { karmaProjects, select } from './spec-selection.mjs';
import { slowest, treeCpuSeconds } from './spec-times.mjs';
import {
  checks,
  coreCoverage,
  karma,
  libraryBuild,
  libraryChecks,
  nodeSpecs,
  showcaseBuild,
} from './stages.mjs';
import {
  ensureChromium,
  ensureClamd,
  ensurePgbouncer,
  ensureRadosgw,
  ensureRedis,
} from './system-packages.mjs';

const help = `
npm test -- [WORD...] [--no-install] [--slowest N]
npm run test:long -- [WORD...]

Without words: checks, Node specs, Karma, library build, browser specs. The last line is "N passed, N failed".
  WORD           only the specs of a folder (signing, signed-url, e2e), an Angular project (resource-url, showcase)
                 or files whose name contains it
  --no-install   install neither packages nor Chromium, Redis, PgBouncer, radosgw, clamd; specs that need one are pending
  --slowest N    names, at the end, the N slowest files and specs that Node ran, with the processor time of their process
  --help         this text

  SEED=N         order of the specs and property tests (printed by every run)
  SCALE=N        multiplies rounds, clients and property test cases (1; 20 in test:long, which also adds its
                 result to docs/reliability.md)
  CORPORA_DIR    folder with the Wycheproof and WPT files; conformance specs are pending without it
`;

const options = { long: { type: 'boolean' }, 'no-install': { type: 'boolean' }, slowest: { type: 'string' } };
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
  const chosen = words.length > 0 ? selection : { projects: karmaProjects, specs };
  const browser = chosen.projects.length > 0 || chosen.specs.some(inBrowser);
  const redis = chosen.specs.some(uses('testing/redis-server.ts'));
  const pgbouncer = chosen.specs.some(uses('testing/pgbouncer.ts'));
  if (chosen.specs.some(uses('testing/radosgw.ts'))) await ensureRadosgw({ install });
  const clamd = chosen.specs.some(uses('testing/clamd.ts'));
  const env = {
    SEED: seed,
    SCALE: scale,
    CHROME_BIN: (browser && (await ensureChromium({ install }))) || '',
    REDIS_SERVER: (redis && (await ensureRedis({ install }))) || '',
    CLAMD: (clamd && (await ensureClamd({ install }))) || '',
    PGBOUNCER: (pgbouncer && (await ensurePgbouncer({ install }))) || '',
  };
  console.log(`seed ${seed}, scale ${scale}`);

  // Specs start our programs some two hundred times; what Node made of a source once, it need not make again.
  const compiled = createRunFolder();
  process.on('exit', () => removeRunFolder(compiled));
  const nodeEnv = { ...env, NODE_COMPILE_CACHE: compiled };
  const total = await runAll(stagesFor(chosen, { env, nodeEnv }, { all: words.length === 0 }));
  const summary = `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`;
  const seconds = (Date.now() - began) / 1000;
  const count = Number(flags.slowest);
  if (count > 0) console.log(['', ...slowest(total.times, count)].join('\n'));
  if (flags.long) recordLongRun({ seed, scale, words, summary, seconds });
  console.log(`\n${seconds.toFixed(1)} s${ofProcessor(treeCpuSeconds())}\n${summary}`);
  return total.failed > 0 ? 1 : 0;
});

function inBrowser(file) {
  return file.startsWith('e2e/');
}

function uses(part) {
  return (file) => readFileSync(join(root, file), 'utf8').includes(part);
}

/** The longest first and what fills the gaps last, but for checks that fail within a minute, and builds others wait for. */
function stagesFor({ projects, specs }, { env, nodeEnv }, { all }) {
  const inProcess = specs.filter((file) => !inBrowser(file));
  const endToEnd = specs.filter(inBrowser);
  const e2e = { ...nodeSpecs('e2e', endToEnd, nodeEnv, 8), after: [showcaseBuild.name, libraryBuild.name] };
  return [
    ...(all ? [libraryBuild] : []),
    ...(all || endToEnd.length > 0 ? [showcaseBuild] : []),
    ...(all ? checks : []),
    ...(all || endToEnd.length > 0 ? [e2e] : []),
    ...(all || inProcess.length > 0 ? [nodeSpecs('node specs', inProcess, nodeEnv, 30)] : []),
    ...(all ? [coreCoverage] : []),
    ...projects.flatMap((project) => karma(project, env)),
    ...(all ? libraryChecks : []),
  ];
}

async function runAll(stages) {
  const total = { passed: 0, failed: 0, skipped: 0, times: [] };
  await runInLanes(
    stages,
    lanes,
    (name, { passed, failed, skipped, pending, times, cpu, output, left }, seconds) => {
      if (failed > 0) console.log(`\n${output}\n`);
      const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
      console.log(
        `${name.padEnd(16)} ${counts.padEnd(36)} ${seconds.toFixed(1).padStart(6)} s${ofProcessor(cpu)}`,
      );
      total.times.push(...times);
      for (const line of reasons(pending)) console.log(`    ${line}`);
      for (const line of left) console.log(`    was still running: ${line}`);
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
    },
  );
  return total;
}

function ofProcessor(seconds) {
  return seconds > 0 ? `, ${seconds.toFixed(1)} s of processor time` : '';
}

/** "12 skipped: needs chromium", one line per reason. */
function reasons(pending) {
  const byReason = new Map();
  for (const { reason } of pending) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  return [...byReason].map(([reason, count]) => `${count} skipped: ${reason}`);
}
