// Compares the public API of @countersign/angular with the one that was reviewed last.
//   node scripts/check-api.mjs           exits 1 and shows the difference when they differ
//   node scripts/check-api.mjs --write   takes the built API as the reviewed one
// Run `ng build resource-url` first: what is compared is what the build made.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const built = resolve(root, 'dist/resource-url/types/countersign-angular.d.ts');
const golden = resolve(root, 'projects/resource-url/api/public-api.d.ts');

/** Lines of a declaration file, without the source map comment. */
function linesOf(file) {
  const text = readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return text.trimEnd().split(/\r?\n/);
}

/** The lines only in `before` (-) and only in `after` (+), in order, by their longest common subsequence. */
function difference(before, after) {
  const common = Array.from({ length: before.length + 1 }, () => new Array(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i][j] =
        before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const changed = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1])) {
      changed.push(`${String(i + 1).padStart(4)} - ${before[i++]}`);
    } else {
      changed.push(`${' '.repeat(4)} + ${after[j++]}`);
    }
  }
  return changed;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const name = relative(root, golden);
if (!existsSync(built)) fail(`${relative(root, built)} is not there. Run: npx ng build resource-url`);
const after = linesOf(built);

if (process.argv.includes('--write')) {
  mkdirSync(dirname(golden), { recursive: true });
  writeFileSync(golden, `${after.join('\n')}\n`);
  console.log(`${name} written.`);
} else {
  const changed = difference(existsSync(golden) ? linesOf(golden) : [], after);
  if (changed.length > 0) {
    fail(
      `The public API of @countersign/angular is not the one in ${name} (- reviewed, + built):\n\n` +
        `${changed.join('\n')}\n\n` +
        'If that is meant: node scripts/check-api.mjs --write, and commit the file with the change.',
    );
  }
  console.log(`${name} is up to date.`);
}
