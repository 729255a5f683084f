// The system packages that tests need: a Chromium, a Redis, a PgBouncer, an S3 (radosgw) and a virus scanner.
import { existsSync } from 'node:fs';
import { run } from './children.mjs';

const browsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const redisServers = [
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
];
const poolers = [
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
];
const radosgw = ['/usr/bin/radosgw', '/usr/bin/ceph-mon', '/usr/bin/ceph-osd'];
const scanners = ['/usr/sbin/clamd', '/usr/local/sbin/clamd', '/opt/homebrew/sbin/clamd'];

/**
 * Finds Chromium (CHROME_BIN first) or, as root on Debian and Ubuntu, installs it, printing every command first.
 * @param install false: only look
 * @returns path of the executable, or undefined when there is none: specs that need it are then pending, never passed
 */
export function ensureChromium({ install }) {
  // Ubuntu's package is a stub that asks for a snap: only a browser that says its version is one.
  return ensure('chromium', () => working([process.env.CHROME_BIN, ...browsers]), { install });
}

/**
 * Finds a Redis server (REDIS_SERVER first) or installs it in the same way. Debian's package starts a service, which no
 * test uses: it is kept from doing so.
 */
export function ensureRedis({ install }) {
  return ensure('redis-server', () => working([process.env.REDIS_SERVER, ...redisServers]), { install });
}

/** Finds a PgBouncer (PGBOUNCER first) or installs it in the same way, its service too kept from starting. */
export function ensurePgbouncer({ install }) {
  return ensure('pgbouncer', () => working([process.env.PGBOUNCER, ...poolers]), { install });
}

/** Finds a radosgw with the two daemons behind it, or installs them in the same way. */
export function ensureRadosgw({ install }) {
  const find = () => (radosgw.every((path) => existsSync(path)) ? radosgw[0] : undefined);
  return ensure(['radosgw', 'ceph-mon', 'ceph-osd'], find, { install });
}

/** Finds a clamd (CLAMD first) or installs it in the same way. It scans by signatures of the tests' own. */
export function ensureClamd({ install }) {
  return ensure('clamav-daemon', () => working([process.env.CLAMD, ...scanners]), { install });
}

async function ensure(names, find, { install }) {
  const present = await find();
  if (present || !install || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return present;
  const packages = ['install', '-y', '--no-install-recommends', ...[names].flat()];
  if (!(await aptGet(...packages)) && (await aptGet('update'))) await aptGet(...packages);
  return find();
}

/** The first of these programs that is there, if it says its version. */
async function working(paths) {
  const path = paths.find((candidate) => candidate && existsSync(candidate));
  const answered = path && (await run(path, ['--version'], { show: false, limitSeconds: 30 })).code === 0;
  return answered ? path : undefined;
}

async function aptGet(...args) {
  console.log(`$ apt-get ${args.join(' ')}`);
  const { code, output } = await run('apt-get', args, {
    show: false,
    // In runlevel 1 a package starts no service.
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  if (code !== 0) console.log(output.trimEnd().split('\n').slice(-5).join('\n'));
  return code === 0;
}
