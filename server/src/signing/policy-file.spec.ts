import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { StartError } from '../platform/start-error.ts';
import { openPolicy } from './open-policy.ts';
import { PolicyFile } from './policy-file.ts';

const rulesOf = (...paths: string[]): string =>
  JSON.stringify({
    rules: paths.map((path) => ({ path, who: 'anyone', defaultMinutes: 1, maxMinutes: 1 })),
  });

const BROKEN = '{"rules": [{"path": "public/**", "who": "everybody", "defaultMinutes": 1, "maxMinutes": 1}]}';
const NEVER_MS = 2 ** 30;

describe('a policy file', () => {
  let folder: string;
  let path: string;
  let logged: { level: number; msg: string; fault?: string }[];
  let log: Logger;
  let opened: PolicyFile[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-policy-'));
    path = join(folder, 'policy.json');
    opened = [];
    logged = [];
    log = pino(
      { level: 'debug' },
      { write: (line: string) => void logged.push(JSON.parse(line) as (typeof logged)[0]) },
    );
  });

  afterEach(async () => {
    opened.forEach((file) => file.close());
    await rm(folder, { recursive: true });
  });

  const open = async (lookEveryMs = NEVER_MS): Promise<PolicyFile> => {
    const file = await PolicyFile.open(path, { log, lookEveryMs });
    opened.push(file);
    return file;
  };

  const patterns = ({ current }: PolicyFile): string[] => current.rules.map((rule) => rule.path);
  const errors = (): string[] => logged.filter(({ level }) => level >= 50).map(({ fault }) => fault ?? '');

  it('stops the start when it is broken, naming the setting, the rule and the field', async () => {
    await writeFile(path, BROKEN);
    await expectAsync(open()).toBeRejectedWithError(
      StartError,
      /^POLICY_FILE .*policy\.json: rule 1, who: must be/,
    );
    await rm(path);
    await expectAsync(open()).toBeRejectedWithError(
      StartError,
      /^POLICY_FILE .*: cannot be read \(ENOENT\)$/,
    );
    await mkdir(path);
    await expectAsync(open()).toBeRejectedWithError(StartError, /is not a file$/);
  });

  it('is not needed: rules may be handed over, and are checked in the same way', async () => {
    const rule = { path: 'public/**', who: 'anyone', defaultMinutes: 1, maxMinutes: 1 };
    expect((await openPolicy([rule], log)).current.rules.length).toBe(1);
    expect((await openPolicy(undefined, log)).state.source).toBe('default');
    await expectAsync(openPolicy([rule, rule], log)).toBeRejectedWithError(
      StartError,
      /^countersign\(\{ policy \}\): rule 2, path: public\/\*\* is never reached/,
    );
  });

  it('is taken anew when it changes, and nothing of a policy that is in use changes', async () => {
    await writeFile(path, rulesOf('public/**'));
    const file = await open();
    const before = file.current;
    await writeFile(path, rulesOf('shared/**', 'public/**'));
    await file.look();
    expect(patterns(file)).toEqual(['shared/**', 'public/**']);
    expect(before.rules.map((rule) => rule.path)).toEqual(['public/**']);
    expect(file.state.broken).toBeUndefined();
  });

  it('is noticed by itself', async () => {
    await writeFile(path, rulesOf('public/**'));
    const changed = new Promise<void>((resolve) => {
      log = pino({}, { write: () => resolve() });
    });
    const file = await open(5);
    await writeFile(`${path}.new`, rulesOf('shared/**'));
    await rename(`${path}.new`, path);
    await changed;
    expect(patterns(file)).toEqual(['shared/**']);
  });

  it('is noticed when the folder behind its link is swapped, as Kubernetes does, and when only a letter changes', async () => {
    await mkdir(join(folder, '..v1'));
    await mkdir(join(folder, '..v2'));
    await writeFile(join(folder, '..v1', 'policy.json'), rulesOf('publicA/**'));
    await writeFile(join(folder, '..v2', 'policy.json'), rulesOf('publicB/**'));
    await symlink('..v1', join(folder, '..data'));
    await symlink(join('..data', 'policy.json'), path);
    const file = await open();
    await symlink('..v2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await file.look();
    expect(patterns(file)).toEqual(['publicB/**']);
  });

  it('keeps its rules when it breaks, says so once, and says when it is whole again', async () => {
    await writeFile(path, rulesOf('public/**'));
    const file = await open();
    await writeFile(path, BROKEN);
    for (let look = 0; look < 4; look += 1) await file.look();
    expect(patterns(file)).toEqual(['public/**']);
    expect(file.state.broken?.fault).toContain('rule 1, who');
    const since = file.state.broken?.since;
    expect(errors().length).toBe(1);

    await rm(path);
    for (let look = 0; look < 3; look += 1) await file.look();
    expect(file.state.broken).toEqual({ since: since!, fault: 'cannot be read (ENOENT)' });
    expect(errors()).toEqual([jasmine.stringContaining('rule 1, who'), 'cannot be read (ENOENT)']);

    await writeFile(path, rulesOf('public/**'));
    await file.look();
    expect(file.state.broken).toBeUndefined();
    await writeFile(path, BROKEN);
    for (let look = 0; look < 2; look += 1) await file.look();
    await writeFile(path, rulesOf('shared/**'));
    await file.look();
    expect(patterns(file)).toEqual(['shared/**']);
    expect(file.state.broken).toBeUndefined();
    expect(errors().length).toBe(3);
  });

  it('is not called broken for what an editor does for a moment', async () => {
    await writeFile(path, rulesOf('public/**'));
    const file = await open();
    await rm(path);
    await file.look();
    await writeFile(path, '{"rules": [');
    await file.look();
    await writeFile(path, rulesOf('shared/**'));
    await file.look();
    expect(patterns(file)).toEqual(['shared/**']);
    expect(errors()).toEqual([]);
  });

  it('is looked at no more once it is closed', async () => {
    await writeFile(path, rulesOf('public/**'));
    const file = await open();
    file.close();
    await writeFile(path, rulesOf('shared/**'));
    await file.look();
    expect(patterns(file)).toEqual(['public/**']);
  });
});
