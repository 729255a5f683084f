// Runs the spec files it is given: node --conditions=source scripts/jasmine.mjs FILE...
// SEED orders specs and property tests, SCALE multiplies their work, TEST_COUNTS names a file for counts and times.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import Jasmine from 'jasmine';
import { SpecReport } from './spec-report.mjs';
import { SpecTimes, treeCpuSeconds } from './spec-times.mjs';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 100_000));
const scale = Number(process.env.SCALE ?? 1);
const report = new SpecReport();
const times = new SpecTimes();

const runner = new Jasmine();
runner.exitOnCompletion = false;
runner.clearReporters();
runner.addReporter(report);
runner.addReporter(times);
runner.env.configure({ random: true, seed });
runner.specFiles = process.argv.slice(2).map((file) => resolve(file));
globalThis.jasmine.DEFAULT_TIMEOUT_INTERVAL = 30_000 * scale;
fc.configureGlobal({ seed, numRuns: 100 * scale });

try {
  await runner.execute();
} catch (error) {
  report.crashed(error);
}
console.log(report.text());
console.log(`seed ${seed}, scale ${scale}`);
if (process.env.TEST_COUNTS) {
  const told = { ...report.counts(), times: times.times(), cpu: treeCpuSeconds() };
  writeFileSync(process.env.TEST_COUNTS, JSON.stringify(told));
}
process.exit(report.counts().failed > 0 ? 1 : 0);
