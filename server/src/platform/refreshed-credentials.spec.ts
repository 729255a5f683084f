import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { RefreshedCredentials } from './refreshed-credentials.ts';

const HOUR = 3_600_000;
const LASTING = 4 * HOUR;

describe('credentials that are renewed', () => {
  let now: number;
  let asked: number;
  let does: 'answer' | 'fail' | 'hang';

  const make = () =>
    new RefreshedCredentials(
      async () => {
        asked += 1;
        await Promise.resolve();
        if (does === 'fail') throw new Error('STS is down');
        if (does === 'hang') return new Promise<AwsCredentialIdentity>(() => undefined);
        return { accessKeyId: `K${asked}`, secretAccessKey: 's', expiration: new Date(now + LASTING) };
      },
      { now: () => now },
      20,
    );
  const idOf = async (credentials: RefreshedCredentials) => (await credentials.provide()).accessKeyId;
  const settled = () => new Promise(setImmediate);
  /** Longer than the source is waited for. */
  const givenUp = () => new Promise((resolve) => setTimeout(resolve, 40));

  beforeEach(() => {
    [now, asked, does] = [0, 0, 'answer'];
  });

  it('are asked for once by many callers, and again when a form of an hour would outlive them', async () => {
    const credentials = make();
    expect(await Promise.all([1, 2, 3].map(() => idOf(credentials)))).toEqual(['K1', 'K1', 'K1']);
    now = 2 * HOUR;
    expect(await idOf(credentials)).toBe('K1');
    now = 3 * HOUR;
    expect(await idOf(credentials)).toBe('K1');
    await settled();
    expect([await idOf(credentials), asked]).toEqual(['K2', 2]);
  });

  it('are renewed before a form is signed, which says how long it is good', async () => {
    const credentials = make();
    expect(await credentials.goodUntil()).toBe(LASTING);
    now = 3 * HOUR;
    expect(await credentials.goodUntil()).toBe(now + LASTING);
    [now, does] = [6.5 * HOUR, 'fail'];
    expect(await credentials.goodUntil()).toBe(7 * HOUR);
  });

  it('are renewed before a call that would arrive after their end', async () => {
    const credentials = make();
    await idOf(credentials);
    now = LASTING - 1000;
    expect(await idOf(credentials)).toBe('K2');
  });

  for (const failure of ['fail', 'hang'] as const) {
    it(`go on being used while they are good and their source does ${failure}`, async () => {
      const credentials = make();
      await idOf(credentials);
      [now, does] = [3.5 * HOUR, failure];
      // Nobody waits for a source that may never answer, and it is not asked by each.
      expect(await Promise.all([1, 2, 3].map(() => idOf(credentials)))).toEqual(['K1', 'K1', 'K1']);
      expect(asked).toBe(2);
      await givenUp();
      now = LASTING - 5000;
      expect(await idOf(credentials)).toBe('K1');
      await givenUp();
      does = 'answer';
      now += 500;
      expect([await idOf(credentials), asked]).toEqual(['K1', 3]);
      now += 500;
      expect(await idOf(credentials)).toBe('K1');
      await settled();
      expect([await idOf(credentials), asked]).toEqual(['K4', 4]);
    });

    it(`are refused when they are over and their source does ${failure}, until it answers`, async () => {
      const credentials = make();
      await idOf(credentials);
      [now, does] = [LASTING, failure];
      const why = failure === 'fail' ? 'STS is down' : 'the store failed: AssumeRole: no answer within 20 ms';
      await expectAsync(credentials.provide()).toBeRejectedWithError(why);
      await expectAsync(credentials.goodUntil()).toBeRejectedWithError(why);
      does = 'answer';
      expect(await idOf(credentials)).toBe('K4');
    });
  }
});
