import { pino } from 'pino';
import { Problem } from '../platform/problem.ts';
import { issuerVerifier } from './issuer-verifier.ts';
import { RoleTable } from './roles.ts';
import { AUDIENCE, makeKey, TestIssuer } from './testing/test-issuer.ts';
import type { TokenVerifier } from './token-verifier.ts';

const MINUTE = 60_000;

describe('the keys of an issuer', () => {
  const old = makeKey('old');
  const fresh = makeKey('fresh', 'P-256');
  const stranger = makeKey('stranger', 'P-256');
  let issuer: TestIssuer;
  let lines: string[];
  let elapsed: number;
  let verifier: TokenVerifier;

  const open = (address = issuer.url): Promise<TokenVerifier> =>
    issuerVerifier(
      {
        issuer: address,
        audience: AUDIENCE,
        places: { tenant: { everybody: 'default' }, roles: ['roles'], names: [] },
        roles: new RoleTable(),
      },
      {
        // What expires stays as it is; what is remembered grows old.
        clock: { now: () => Date.now(), monotonic: () => elapsed },
        log: pino({}, { write: (line: string) => void lines.push(line) }),
      },
    );

  beforeEach(async () => {
    elapsed = 0;
    lines = [];
    issuer = await TestIssuer.start(old);
    verifier = await open();
  });

  afterEach(() => issuer.stop());

  /** @returns the code of the refusal, or who it is */
  const outcome = async (token: string): Promise<string> => {
    try {
      return (await verifier.verify(token)).id;
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  };

  it('are asked for once, however many tokens come together', async () => {
    const tokens = Array.from({ length: 20 }, (_, index) => issuer.token(old, { jti: String(index) }));
    expect(new Set(await Promise.all(tokens.map(outcome)))).toEqual(new Set(['ada']));
    expect(issuer.asked).toBe(1);
  });

  it('are asked for again when a token names one that is not known', async () => {
    expect(await outcome(issuer.token(old))).toBe('ada');
    issuer.publish(old, fresh);
    expect(await outcome(issuer.token(fresh))).toBe('ada');
    expect(issuer.asked).toBe(2);
  });

  it('are asked for only so often, however many names nobody knows are made up', async () => {
    await outcome(issuer.token(old));
    const made: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      made.push(await outcome(issuer.token(stranger, {}, { kid: `made-up-${index}` })));
    }
    expect(issuer.asked).toBe(5);
    expect(new Set(made)).toEqual(new Set(['invalid-token', 'identity-unavailable']));
    expect(made.at(-1)).toBe('identity-unavailable');
    expect(await outcome(issuer.token(old, { jti: 'known' }))).toBe('ada');
    issuer.publish(fresh);
    elapsed += 10_000;
    expect(await outcome(issuer.token(fresh))).toBe('ada');
    expect(issuer.asked).toBe(6);
  });

  it('that were taken back are dead within five minutes, for tokens that were verified before too', async () => {
    const token = issuer.token(old, { exp: Math.floor(Date.now() / 1000) + 3600 });
    expect(await outcome(token)).toBe('ada');
    issuer.publish(fresh);
    elapsed += 5 * MINUTE;
    expect(await outcome(token)).toBe('invalid-token');
    expect(await outcome(issuer.token(fresh))).toBe('ada');
  });

  it('that have another key behind the same name are dead with it', async () => {
    const token = issuer.token(old);
    expect(await outcome(token)).toBe('ada');
    const successor = makeKey('old');
    issuer.publish(successor);
    elapsed += 5 * MINUTE;
    expect(await outcome(token)).toBe('invalid-token');
    expect(await outcome(issuer.token(successor))).toBe('ada');
  });

  it('are renewed in the background before anybody has to wait for them', async () => {
    const token = issuer.token(old);
    await outcome(token);
    elapsed += 4.5 * MINUTE;
    expect(verifier.verify(token) instanceof Promise).toBe(false);
    expect(await outcome(issuer.token(stranger))).toBe('invalid-token');
    expect(issuer.asked).toBe(2);
    elapsed += 4.5 * MINUTE;
    expect(verifier.verify(token) instanceof Promise).toBe(false);
  });

  it('go on working for an hour while the issuer refuses to answer, and then fail closed', async () => {
    const token = issuer.token(old, { exp: Math.floor(Date.now() / 1000) + 2 * 3600 });
    expect(await outcome(token)).toBe('ada');
    issuer.mood = 'ill';
    elapsed += 6 * MINUTE;
    expect(await outcome(token)).toBe('ada');
    expect(verifier.verify(token) instanceof Promise).toBe(false);
    expect(await outcome(issuer.token(old, { jti: 'new' }))).toBe('ada');
    elapsed += 55 * MINUTE;
    expect(await outcome(token)).toBe('identity-unavailable');
    issuer.mood = 'well';
    elapsed += 10_000;
    expect(await outcome(token)).toBe('ada');
  });

  it('make only the first wait for an issuer that does not answer at all, and that not for ever', async () => {
    const token = issuer.token(old);
    await outcome(token);
    issuer.mood = 'silent';
    elapsed += 6 * MINUTE;
    expect(await outcome(token)).toBe('ada');
    expect(verifier.verify(token) instanceof Promise).toBe(false);
    expect(lines.join()).toContain('timeout');
  }, 20_000);

  it('that nobody knows are no 401 while the issuer is away: it may be a good one', async () => {
    await outcome(issuer.token(old));
    issuer.mood = 'ill';
    expect(await outcome(issuer.token(fresh))).toBe('identity-unavailable');
    issuer.mood = 'well';
    issuer.publish(old, fresh);
    expect(await outcome(issuer.token(fresh))).toBe('ada');
    expect(lines.join()).toContain('OIDC_ISSUER');
  });

  it('are not taken from an issuer that calls itself otherwise, names a place without https, or says too much', async () => {
    const wrong = [
      { issuer: `${issuer.url}/` },
      { issuer: 'https://evil.example' },
      // Reached all the same, but not one of the three names of this machine.
      { jwks_uri: `${issuer.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')}/keys` },
      { jwks_uri: 'file:///etc/passwd' },
      { jwks_uri: 7 },
      { more: 'x'.repeat(600_000) },
    ];
    for (const metadata of wrong) {
      issuer.metadata = metadata;
      verifier = await open();
      expect(await outcome(issuer.token(old)))
        .withContext(JSON.stringify(metadata))
        .toBe('identity-unavailable');
    }
  });

  it('are not looked for where the issuer sends one on to', async () => {
    issuer.mood = 'moved';
    verifier = await open();
    expect(await outcome(issuer.token(old))).toBe('identity-unavailable');
    expect([...issuer.paths].filter((path) => path.startsWith('/elsewhere'))).toEqual([]);
  });

  it('that an issuer should not have published are not used', async () => {
    const weak = makeKey('weak', 1024);
    const others = [
      { ...old.published, use: 'enc' },
      { ...old.published, key_ops: ['sign'] },
      { ...old.published, alg: 'RSA-OAEP' },
      { ...old.privateKey.export({ format: 'jwk' }), kid: 'old' },
      { ...old.published, kid: undefined as unknown as string },
    ];
    for (const published of others) {
      issuer.keys = [published, fresh.published];
      verifier = await open();
      expect(await outcome(issuer.token(old)))
        .withContext(JSON.stringify(published).slice(-60))
        .toBe('invalid-token');
      expect(await outcome(issuer.token(fresh))).toBe('ada');
    }
    issuer.publish(weak);
    verifier = await open();
    expect(await outcome(issuer.token(weak))).toBe('invalid-token');
  });

  it('are none at all when the issuer publishes none', async () => {
    expect(await outcome(issuer.token(old))).toBe('ada');
    issuer.publish();
    elapsed += 5 * MINUTE;
    expect(await outcome(issuer.token(old))).toBe('invalid-token');
  });
});
