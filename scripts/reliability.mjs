// What long test runs found, kept in docs/reliability.md.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from './command.mjs';

const heading = `# Long test runs

\`npm run test:long\` runs the same specs with more rounds, more clients and more property test cases (\`SCALE\`, default 20)
and adds a line here. \`SEED=... SCALE=... npm run test:long\` repeats one of them.

`;

/** Appends the result of a run. @param words the folders it was limited to, none for a whole run */
export function recordLongRun({ seed, scale, words, summary, seconds }) {
  const file = join(root, 'docs', 'reliability.md');
  if (!existsSync(file)) writeFileSync(file, heading);
  const what = words.length > 0 ? ` (${words.join(', ')})` : '';
  const when = new Date().toISOString().slice(0, 10);
  const where = `commit ${commit()}, ${availableParallelism()} cores`;
  appendFileSync(
    file,
    `- ${when}${what}: ${summary}; seed ${seed}, scale ${scale}, ${Math.round(seconds)} s, ${where}\n`,
  );
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return 'unknown';
  }
}
