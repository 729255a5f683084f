import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedSecret } from './generated-secrets.ts';
import { StartError } from './start-error.ts';

describe('A generated secret', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'countersign-secrets-'));
  });
  afterEach(() => rm(data, { recursive: true }));
  const modeOf = async (path: string) => (await stat(join(data, path))).mode & 0o777;

  it('is made once and is the same at every later start', async () => {
    const secret = await generatedSecret(data, 'master-secret');
    expect(Buffer.from(secret, 'base64url').length).toBe(32);
    expect(await generatedSecret(data, 'master-secret')).toBe(secret);
    expect(await generatedSecret(data, 'jwt-secret')).not.toBe(secret);
  });

  it('can be read by this user only', async () => {
    await generatedSecret(data, 'master-secret');
    expect(await modeOf('secrets')).toBe(0o700);
    expect(await modeOf('secrets/master-secret')).toBe(0o600);
  });

  it('is closed to others again when a copy of the folder lost its modes', async () => {
    await generatedSecret(data, 'master-secret');
    await chmod(join(data, 'secrets/master-secret'), 0o644);
    await generatedSecret(data, 'master-secret');
    expect(await modeOf('secrets/master-secret')).toBe(0o600);
  });

  it('is one and the same for all who ask at once', async () => {
    const secrets = await Promise.all(
      Array.from({ length: 20 }, () => generatedSecret(data, 'master-secret')),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(join(data, 'secrets'))).toEqual(['master-secret']);
  });

  it('has as many bytes as asked for', async () => {
    expect(Buffer.from(await generatedSecret(data, 'long', 64), 'base64url').length).toBe(64);
  });

  for (const damage of ['', '\n', 'c2hvcnQ', 'not/base64url+at=all'.repeat(3)]) {
    it(`is not replaced or used when the file holds ${JSON.stringify(damage)}`, async () => {
      await generatedSecret(data, 'master-secret');
      const file = join(data, 'secrets/master-secret');
      await writeFile(file, damage);
      await expectAsync(generatedSecret(data, 'master-secret')).toBeRejectedWithError(StartError, /damaged/);
      expect(await readFile(file, 'utf8')).toBe(damage);
    });
  }

  for (const name of ['', '../x', 'a/b', '.hidden', 'A']) {
    it(`cannot have the name ${JSON.stringify(name)}`, async () => {
      await expectAsync(generatedSecret(data, name)).toBeRejectedWithError(RangeError);
    });
  }

  it('says so in one sentence when it cannot be written', async () => {
    await writeFile(join(data, 'secrets'), 'a file where the folder should be');
    await expectAsync(generatedSecret(data, 'master-secret')).toBeRejectedWithError(StartError, /secrets/);
  });
});
