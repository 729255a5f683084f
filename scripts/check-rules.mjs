// Fails with file names when a file breaks a rule of scripts/rules.mjs: node scripts/check-rules.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { command, root } from './command.mjs';
import { fileRules, undocumentedDependencies } from './rules.mjs';

const help = 'node scripts/check-rules.mjs: every file of the repository against scripts/rules.mjs';

await command({ help }, () => {
  const page = join(root, 'docs', 'dependencies.md');
  const documented = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const problems = repositoryFiles().flatMap((path) => {
    const bytes = readFileSync(join(root, path));
    // A picture or another binary file has a name, and nothing else that could be checked.
    const file = { path, text: bytes.includes(0) ? '' : bytes.toString('utf8') };
    return [...fileRules.map((rule) => rule(file)), undocumentedDependencies(file, documented)]
      .filter(Boolean)
      .map((problem) => `${path}: ${problem}`);
  });
  console.log(problems.length > 0 ? problems.join('\n') : 'Every file keeps the rules.');
  return problems.length > 0 ? 1 : 0;
});

/** Tracked files and new ones that are not ignored. Git refuses a checkout of another user unless told that it may read. */
function repositoryFiles() {
  const args = [
    '-c',
    `safe.directory=${root}`,
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)) && statSync(join(root, path)).isFile());
}
