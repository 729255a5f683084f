// Packs what is published and lets publint and attw look at the tarballs: node scripts/check-packages.mjs
// Run `ng build resource-url` first: what is packed is what the build made.
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './children.mjs';
import { CommandError, command, root } from './command.mjs';
import { lockedNode } from './locked-node.mjs';
import { stagePackage } from './publishable.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';

const help =
  'node scripts/check-packages.mjs: publint and attw on @countersign/angular and @countersign/signed-url';

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
  await compileSignedUrl();
  let failed = false;
  for (const name of ['resource-url', 'signed-url']) {
    const tarball = await pack(join(root, 'dist', name), folder);
    for (const [program, ...args] of [publint, attw]) {
      const result = await run(lockedNode(), [join(root, 'node_modules', program), ...args, tarball], quiet);
      console.log(result.output.trim());
      failed ||= result.code !== 0;
    }
  }
  return failed ? 1 : 0;
});

async function compileSignedUrl() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', 'projects/signed-url/tsconfig.build.json'];
  const { code, output } = await run(lockedNode(), args, quiet);
  if (code !== 0) throw new CommandError(`@countersign/signed-url does not compile:\n${output}`);
  stagePackage('projects/signed-url', 'signed-url');
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
