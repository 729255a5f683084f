// The stages of `npm test`. Each resolves `{ passed, failed, skipped?, pending?, output }`.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { angular, buildProject, showcaseIsFresh } from './angular.mjs';
import { run } from './children.mjs';
import { root } from './command.mjs';
import { filesIn } from './files.mjs';
import { lockedNode } from './locked-node.mjs';

/** Quiet, and far longer than any stage takes: only a hanging one meets it. */
const quiet = { show: false, limitSeconds: 1800 };

/** Whole-repository checks; every one counts as one test. */
export const checks = [
  ['types', () => one(tool('typescript/bin/tsc', '-p', 'tsconfig.node.json'))],
  ['lint', () => one(tool('eslint/bin/eslint.js', '.', '--max-warnings=0'))],
  ['format', () => one(tool('prettier/bin/prettier.cjs', '--check', '.', '--log-level=warn'))],
  ['rules', () => one(script('check-rules.mjs'))],
];

/** The Node specs of the library's core reach all of it; its pieces are what everything else stands on. */
export const coreCoverage = ['core coverage', () => one(script('check-coverage.mjs'))];

/** The library as it is published, and its public API compared with the committed one. */
export const libraryBuild = [
  ['library build', () => one(buildProject('resource-url', quiet))],
  ['library API', () => one(script('check-api.mjs'))],
  ['docs', () => one(script('check-docs.mjs'))],
  ['packages', () => one(script('check-packages.mjs'))],
];

/** The showcase that the browser specs drive, if it is not built from these sources already. */
export const showcaseBuild = [
  'showcase build',
  async () =>
    showcaseIsFresh() ? { passed: 1, failed: 0, output: '' } : one(buildProject('showcase', quiet)),
];

/** Jasmine under Node. `env` carries SEED, SCALE, TMPDIR and, when there is one, CHROME_BIN. */
export function nodeSpecs(name, files, env) {
  const args = ['--conditions=source', join('scripts', 'jasmine.mjs'), ...files];
  return [
    name,
    () => counted((counts) => run(lockedNode(), args, { ...quiet, env: { ...env, ...counts } }), env),
  ];
}

/**
 * Karma, one Angular project; without Chromium all of its spec files count as skipped. The library's specs fail too when
 * they reach fewer of its lines than karma.conf.js says; those named *.zone.spec.ts run apart, with zone.js.
 */
export function karma(project, env) {
  if (!env.CHROME_BIN) return [[project, async () => withoutChromium(`projects/${project}`)]];
  return project === 'resource-url'
    ? [
        karmaRun(project, env, ['--code-coverage']),
        karmaRun(project, env, ['--configuration=zone'], 'zone.js'),
      ]
    : [karmaRun(project, env, [])];
}

function karmaRun(project, env, flags, name = project) {
  const [node, args] = angular('test', project, '--watch=false', '--no-progress', ...flags);
  return [name, () => counted((counts) => run(node, args, { ...quiet, env: { ...env, ...counts } }), env)];
}

function withoutChromium(folder) {
  const files = filesIn(folder).filter((file) => file.endsWith('.spec.ts'));
  const pending = files.map((file) => ({ name: file, reason: 'needs chromium' }));
  return { passed: 0, failed: 0, skipped: files.length, pending, output: '' };
}

function tool(path, ...args) {
  return run(lockedNode(), [join(root, 'node_modules', path), ...args], quiet);
}

function script(name) {
  return run(lockedNode(), [join(root, 'scripts', name)], quiet);
}

async function one(result) {
  const { code, output } = await result;
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
}

/** Runs a program that writes its counts to the file TEST_COUNTS. No file, no tests or a bad exit code is a failure too. */
async function counted(program, { TMPDIR }) {
  const file = join(TMPDIR, 'counts.json');
  rmSync(file, { force: true });
  const { code, output } = await program({ TEST_COUNTS: file });
  const counts = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 };
  const ran = counts.passed + counts.failed + counts.skipped;
  if (counts.failed === 0 && (code !== 0 || ran === 0)) {
    return { ...counts, failed: 1, output: `${output}\nended with code ${code} after ${ran} tests` };
  }
  return { ...counts, output };
}
