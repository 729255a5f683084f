// The stages of `npm test`: `{ name, after?, parts }`, see lanes.mjs. What a part is given is its run folder.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { angular, buildProject, showcaseIsFresh } from './angular.mjs';
import { run } from './children.mjs';
import { root } from './command.mjs';
import { filesIn } from './files.mjs';
import { lockedNode } from './locked-node.mjs';
import { folderEnvironment } from './run-folder.mjs';
import { partsOf } from './spec-parts.mjs';

/** Quiet, and far longer than any stage takes: only a hanging one meets it. */
const quiet = { show: false, limitSeconds: 1800 };

/** Whole-repository checks; every one counts as one test. */
export const checks = [
  stage('types', tool('typescript/bin/tsc', '-p', 'tsconfig.node.json')),
  stage('lint', tool('eslint/bin/eslint.js', '.', '--max-warnings=0')),
  stage('format', tool('prettier/bin/prettier.cjs', '--check', '.', '--log-level=warn')),
  stage('rules', script('check-rules.mjs')),
];

/** The Node specs of the library's core reach all of it; its pieces are what everything else stands on. */
export const coreCoverage = stage('core coverage', script('check-coverage.mjs'));

/** The library as it is published. Browser specs use it too, and take it for fresh. */
export const libraryBuild = stage(
  'library build',
  one((env) => buildProject('resource-url', { ...quiet, env })),
);

/** What was built: its public API compared with the committed one, what its docstrings say, and the packages. */
export const libraryChecks = [
  stage('library API', script('check-api.mjs')),
  stage('docs', script('check-docs.mjs')),
  stage('packages', script('check-packages.mjs')),
].map((check) => ({ ...check, after: [libraryBuild.name] }));

/** The showcase that the browser specs drive, if it is not built from these sources already. */
export const showcaseBuild = stage('showcase build', (folder) =>
  showcaseIsFresh()
    ? Promise.resolve({ passed: 1, failed: 0, output: '' })
    : one((env) => buildProject('showcase', { ...quiet, env }))(folder),
);

/**
 * Jasmine under Node, so many files in a process.
 * @param env SEED, SCALE and, when there is one, CHROME_BIN
 */
export function nodeSpecs(name, files, env, filesInPart) {
  return { name, parts: partsOf(files, filesInPart, madeOnce).map((part) => jasmine(part, env)) };
}

function jasmine(files, env) {
  const args = ['--conditions=source', join('scripts', 'jasmine.mjs'), ...files];
  return counted((own) => run(lockedNode(), args, { ...quiet, env: { ...env, ...own } }));
}

/**
 * What spec files share that is made once in a process: two processes would overwrite each other's build, and a radosgw
 * takes seconds to start.
 */
function madeOnce(file) {
  const text = readFileSync(resolve(root, file), 'utf8');
  if (/(rendered-page|fresh-library)\.ts'/.test(text)) return 'the library';
  if (text.includes("testing/radosgw.ts'")) return 'radosgw';
  return text.includes("bench/load/pages.ts'") ? 'the pages of bench' : undefined;
}

/**
 * Karma, one Angular project; without Chromium all of its spec files count as skipped. The library's specs fail too when
 * they reach fewer of its lines than karma.conf.js says; those named *.zone.spec.ts run apart, with zone.js.
 */
export function karma(project, env) {
  if (!env.CHROME_BIN) return [stage(project, async () => withoutChromium(`projects/${project}`))];
  return project === 'resource-url'
    ? [
        karmaRun(project, env, ['--code-coverage']),
        karmaRun(project, env, ['--configuration=zone'], 'zone.js'),
      ]
    : [karmaRun(project, env, [])];
}

function karmaRun(project, env, flags, name = project) {
  const [node, args] = angular('test', project, '--watch=false', '--no-progress', ...flags);
  return stage(
    name,
    counted((own) => run(node, args, { ...quiet, env: { ...env, ...own } })),
  );
}

function withoutChromium(folder) {
  const files = filesIn(folder).filter((file) => file.endsWith('.spec.ts'));
  const pending = files.map((file) => ({ name: file, reason: 'needs chromium' }));
  return { passed: 0, failed: 0, skipped: files.length, pending, output: '' };
}

function stage(name, part) {
  return { name, parts: [part] };
}

function tool(path, ...args) {
  return one((env) => run(lockedNode(), [join(root, 'node_modules', path), ...args], { ...quiet, env }));
}

function script(name) {
  return one((env) => run(lockedNode(), [join(root, 'scripts', name)], { ...quiet, env }));
}

/** A program that is one test. */
function one(program) {
  return async (folder) => {
    const { code, output } = await program(folderEnvironment(folder));
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
  };
}

/** A program that writes its counts to the file TEST_COUNTS. No file, no tests or a bad exit code is a failure too. */
function counted(program) {
  return async (folder) => {
    const file = join(folder, 'counts.json');
    const { code, output } = await program({ ...folderEnvironment(folder), TEST_COUNTS: file });
    const counts = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0 };
    const ran = counts.passed + counts.failed + counts.skipped;
    if (counts.failed === 0 && (code !== 0 || ran === 0)) {
      return { ...counts, failed: 1, output: `${output}\nended with code ${code} after ${ran} tests` };
    }
    return { ...counts, output };
  };
}
