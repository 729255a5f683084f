import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../platform/free-port.ts';
import type { S3Settings } from '../platform/s3-settings.ts';
import { cephConfig } from './ceph-config.ts';

const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool', 'setpriv'];

/** Whether this machine has a radosgw with what it needs; without it, such specs are pending. */
export const hasRadosgw: boolean = PROGRAMS.every((name) => existsSync(`/usr/bin/${name}`));

const GIVE_UP_MS = 60_000;
const ACCESS_KEY = 'AKAPP';
const SECRET_KEY = 'SKAPPSECRETSECRET';
/** A role that the user of the keys may assume, and that may do everything. */
const ROLE = 'Uploader';

let shared: Promise<Radosgw> | undefined;

/** The one of this process, started when it is first asked for and ended with the process. */
export function sharedRadosgw(): Promise<Radosgw> {
  return (shared ??= Radosgw.start());
}

/** A real S3 with STS on loopback: one monitor, one OSD in memory, one gateway, each a process of its own. */
export class Radosgw {
  readonly endpoint: string;
  readonly roleArn = `arn:aws:iam:::role/${ROLE}`;
  readonly #folder: string;
  readonly #children: ChildProcess[] = [];

  private constructor(port: number, folder: string) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#folder = folder;
  }

  static async start(): Promise<Radosgw> {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-radosgw-'));
    const [monitorPort, port] = [await freePort(), await freePort()];
    const gateway = new Radosgw(port, folder);
    process.once('exit', () => gateway.#killNow());
    try {
      await gateway.#begin(monitorPort, port);
      return gateway;
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  /** @returns settings for a bucket that is there; a prefix of its own is a store of its own */
  settings(bucket: string, prefix = ''): S3Settings {
    return {
      bucket,
      prefix,
      endpoint: this.endpoint,
      region: 'us-east-1',
      pathStyle: true,
      accessKeyId: ACCESS_KEY,
      secretAccessKey: SECRET_KEY,
    };
  }

  /** Hangs the gateway, its connections stay open, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#children.at(-1)?.kill(signal);
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    const running = this.#children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const ended = running.map((child) => once(child, 'exit'));
    this.#killNow();
    await Promise.all(ended);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #begin(monitorPort: number, port: number): Promise<void> {
    const folder = this.#folder;
    const [fsid, osd] = [randomUUID(), randomUUID()];
    for (const name of ['mon', 'osd', 'run', 'rgw']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'ceph.conf'), cephConfig({ folder, fsid, monitorPort, port }));
    const monitor = `[v2:127.0.0.1:${monitorPort}]`;
    await this.#run(
      'monmaptool',
      '--create',
      '--clobber',
      '--fsid',
      fsid,
      '--addv',
      'a',
      monitor,
      join(folder, 'monmap'),
    );
    await this.#run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', join(folder, 'monmap'));
    this.#spawn('ceph-mon', '-i', 'a', '-f');
    await this.#until(() => this.#run('ceph', '-s', '--connect-timeout', '5'));
    await this.#run('ceph', 'osd', 'new', osd, '0');
    await this.#run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
    await this.#run('ceph', 'osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=localhost');
    this.#spawn('ceph-osd', '-i', '0', '-f');
    await this.#until(async () => {
      if (!(await this.#run('ceph', 'osd', 'stat')).includes('1 up')) throw new Error('the OSD is not up');
    });
    this.#spawn('radosgw', '-n', 'client.rgw', '-f');
    await this.#until(() => fetch(this.endpoint));
    await this.#makeUser();
  }

  async #makeUser(): Promise<void> {
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ['arn:aws:iam:::user/app'] }, Action: ['sts:AssumeRole'] },
      ],
    };
    const rights = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: 'arn:aws:s3:::*' }],
    };
    const keys = [`--access-key=${ACCESS_KEY}`, `--secret-key=${SECRET_KEY}`];
    await this.#admin('user', 'create', '--uid=app', '--display-name=app', ...keys);
    await this.#admin(
      ...['role', 'create', `--role-name=${ROLE}`, '--path=/'],
      `--assume-role-policy-doc=${JSON.stringify(trust)}`,
    );
    await this.#admin(
      ...['role-policy', 'put', `--role-name=${ROLE}`, '--policy-name=all'],
      `--policy-doc=${JSON.stringify(rights)}`,
    );
  }

  #admin(...args: string[]): Promise<string> {
    return this.#run('radosgw-admin', ...args);
  }

  async #run(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(program, args, { env: this.#environment() });
    return stdout;
  }

  /** It ends with this process, however that ends. */
  #spawn(program: string, ...args: string[]): void {
    const output = openSync(join(this.#folder, 'run', `${program}.out`), 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      env: this.#environment(),
      stdio: ['ignore', output, output],
    });
    // It keeps no test process from ending.
    child.unref();
    this.#children.push(child);
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, CEPH_CONF: join(this.#folder, 'ceph.conf') };
  }

  async #until(isThere: () => Promise<unknown>): Promise<void> {
    const giveUp = Date.now() + GIVE_UP_MS;
    for (;;) {
      const failure = await isThere().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) return;
      if (Date.now() > giveUp || this.#children.some(({ exitCode }) => exitCode !== null)) throw failure;
      await sleep(50);
    }
  }

  #killNow(): void {
    for (const child of this.#children.toReversed()) child.kill('SIGKILL');
    if (!existsSync(this.#folder)) return;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
