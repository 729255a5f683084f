// Compares the public API of every entry of @countersign/angular with the one that was reviewed last.
// Run `ng build resource-url` first: what is compared is what the build made.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiEntries, apiProblems, declarations } from './api-golden.mjs';
import { CommandError, command, root } from './command.mjs';

const help = `
node scripts/check-api.mjs           fails and shows the difference when a built API is not the reviewed one
node scripts/check-api.mjs --write   takes what was built as reviewed: projects/resource-url/api, one file an entry
`;

const built = join(root, 'dist', 'resource-url');
const reviewed = join(root, 'projects', 'resource-url', 'api');

await command({ help, options: { write: { type: 'boolean' } } }, ({ write }) => {
  const manifest = join(built, 'package.json');
  if (!existsSync(manifest)) throw new CommandError(`${built} is not there. Run: npx ng build resource-url`);
  mkdirSync(reviewed, { recursive: true });
  const entries = apiEntries(JSON.parse(readFileSync(manifest, 'utf8'))).map((entry) => ({
    ...entry,
    built: declarations(readFileSync(join(built, entry.types), 'utf8')),
    reviewed: reviewedApi(entry.golden),
  }));
  if (write) {
    for (const { golden, built } of entries) writeFileSync(join(reviewed, golden), built);
    console.log(`written: ${entries.map(({ golden }) => golden).join(', ')}`);
    return 0;
  }
  const problems = apiProblems(entries, readdirSync(reviewed));
  console.log(problems.length > 0 ? problems.join('\n\n') : 'Every API is the reviewed one.');
  return problems.length > 0 ? 1 : 0;
});

function reviewedApi(golden) {
  const file = join(reviewed, golden);
  return existsSync(file) ? declarations(readFileSync(file, 'utf8')) : undefined;
}
