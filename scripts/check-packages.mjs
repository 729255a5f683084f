// Packs what is published and lets publint and attw look at the tarballs: node scripts/check-packages.mjs
// Run `ng build resource-url` first: what is packed is what the build made.
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { lockedNode } from './locked-node.mjs';
import { stagePackage } from './publishable.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';

const help =
  'node scripts/check-packages.mjs: publint and attw on the packages, and what their commands say of themselves';

const quiet = { show: false, limitSeconds: 300 };
/** Warnings count as errors. */
const publint = ['publint/src/cli.js', 'run', '--strict'];
/**
 * The packages are ES modules only, as every Angular package is and as Node 22 can `require`: what attw would say about
 * CommonJS resolution and about TypeScript's old `node10` resolution, which no Angular that we support uses, is ignored
 * by the profile. Nothing is asked from a registry.
 */
const attw = [
  '@arethetypeswrong/cli/dist/index.js',
  '--profile=esm-only',
  '--no-definitely-typed',
  '--format=ascii',
  '--no-emoji',
];

await command({ help }, async () => {
  const folder = createRunFolder();
  process.on('exit', () => removeRunFolder(folder));
  await compile('projects/signed-url', 'signed-url');
  await compile('server', 'server');
  let failed = false;
  for (const name of ['resource-url', 'signed-url', 'server']) {
    const tarball = await pack(join(root, 'dist', name), folder);
    for (const [program, ...args] of [publint, attw]) {
      const result = await run(lockedNode(), [join(root, 'node_modules', program), ...args, tarball], quiet);
      console.log(result.output.trim());
      failed ||= result.code !== 0;
    }
    failed ||= !(await commandsRun(tarball));
  }
  return failed ? 1 : 0;
});

async function compile(folder, name) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', `${folder}/tsconfig.build.json`];
  const { code, output } = await run(lockedNode(), args, quiet);
  if (code !== 0) throw new CommandError(`${folder} does not compile:\n${output}`);
  stagePackage(folder, name);
}

/** Whether every command of a package, started as the file that it is, says its version. */
async function commandsRun(tarball) {
  const folder = dirname(tarball);
  await run('tar', ['-xzf', tarball, '-C', folder], quiet);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { bin = {}, version } = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
  const results = Object.entries(bin).map(async ([name, file]) => {
    // Its first line names `node`: the one that the packages are for.
    const env = { PATH: `${dirname(lockedNode())}${delimiter}${process.env.PATH}` };
    const { code, output } = await run(join(folder, 'package', file), ['--version'], { ...quiet, env });
    const isRight = code === 0 && output.trim() === version;
    console.log(isRight ? `${name} ${version} runs` : `${name} does not run:\n${output}`);
    return isRight;
  });
  return (await Promise.all(results)).every(Boolean);
}

/** @returns absolute path of the tarball */
async function pack(folder, to) {
  if (!existsSync(join(folder, 'package.json'))) {
    throw new CommandError(`${folder} is not built. Run: npm run build`);
  }
  const destination = mkdtempSync(join(to, 'packed-'));
  const { code, output } = await run('npm', ['pack', folder, `--pack-destination=${destination}`], quiet);
  if (code !== 0) throw new CommandError(`npm pack ${folder} failed:\n${output}`);
  return join(destination, readdirSync(destination)[0]);
}
