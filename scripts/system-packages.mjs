// The one system package that tests need: a Chromium.
import { existsSync } from 'node:fs';
import { run } from './children.mjs';

const candidates = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Finds Chromium (CHROME_BIN first) or, as root on Debian and Ubuntu, installs it, printing every command first.
 * @param install false: only look
 * @returns path of the executable, or undefined when there is none: specs that need it are then pending, never passed
 */
export async function ensureChromium({ install }) {
  const present = await findChromium();
  if (present || !install || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return present;
  const chromium = ['install', '-y', '--no-install-recommends', 'chromium'];
  if (!(await aptGet(...chromium)) && (await aptGet('update'))) await aptGet(...chromium);
  return findChromium();
}

async function findChromium() {
  const path = [process.env.CHROME_BIN, ...candidates].find(
    (candidate) => candidate && existsSync(candidate),
  );
  // Ubuntu's package is a stub that asks for a snap: only a browser that says its version is one.
  return path && (await run(path, ['--version'], { show: false, limitSeconds: 30 })).code === 0
    ? path
    : undefined;
}

async function aptGet(...args) {
  console.log(`$ apt-get ${args.join(' ')}`);
  const { code, output } = await run('apt-get', args, {
    show: false,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) console.log(output.trimEnd().split('\n').slice(-5).join('\n'));
  return code === 0;
}
