import { refreshedCredentials } from './refreshed-credentials.ts';

const HOUR = 3_600_000;

describe('credentials that are renewed', () => {
  let now: number;
  let asked: number;
  let fails: boolean;
  const lasting = 4 * HOUR;
  const get = () =>
    refreshedCredentials(
      async () => {
        asked += 1;
        await Promise.resolve();
        if (fails) throw new Error('STS is down');
        return { accessKeyId: `K${asked}`, secretAccessKey: 's', expiration: new Date(now + lasting) };
      },
      { now: () => now },
    );

  beforeEach(() => {
    [now, asked, fails] = [0, 0, false];
  });

  it('are asked for once by many callers, and again when a form of an hour would outlive them', async () => {
    const credentials = get();
    const first = await Promise.all([credentials(), credentials(), credentials()]);
    expect(first.map(({ accessKeyId }) => accessKeyId)).toEqual(['K1', 'K1', 'K1']);
    now = 2 * HOUR;
    expect((await credentials()).accessKeyId).toBe('K1');
    now = 3 * HOUR;
    expect((await credentials()).accessKeyId).toBe('K2');
  });

  it('go on being used while they are good and nobody gives new ones', async () => {
    const credentials = get();
    await credentials();
    [now, fails] = [3.5 * HOUR, true];
    expect((await credentials()).accessKeyId).toBe('K1');
    fails = false;
    now += 2000;
    expect((await credentials()).accessKeyId).toBe('K3');
  });

  it('are refused with the error of their source when they are over', async () => {
    const credentials = get();
    await credentials();
    [now, fails] = [lasting, true];
    await expectAsync(credentials()).toBeRejectedWithError('STS is down');
  });
});
