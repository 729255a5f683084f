import { readFileSync } from 'node:fs';
import { readEnvironment } from '../config.ts';
import { onePixelPng } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { defaultPolicy, readPolicyFile, type PolicyRule } from './policy-rules.ts';

const PAGE = readFileSync(new URL('../../../docs/signing-policy.md', import.meta.url), 'utf8');

/** Signs, and gives the lifetime in minutes, or the code of the refusal. */
type Signed = (
  path: string,
  as: TestPerson | undefined,
  more?: { expiryMinutes?: number; headers?: Record<string, string> },
) => Promise<number | string>;

/** The block of the page under the mark `<!-- kind: name -->`. */
function block(kind: string, name: string): string {
  const [, text] =
    new RegExp(`<!-- ${kind}: ${name} -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`docs/signing-policy.md has no ${kind} ${name}`);
  return text;
}

function rulesOf(name: string): readonly PolicyRule[] {
  const read = readPolicyFile(block('policy', name));
  if ('fault' in read) throw new Error(`${name}: ${read.fault}`);
  return read.rules;
}

describe('docs/signing-policy.md', () => {
  it('shows the policy that decides when there is no other', () => {
    expect(rulesOf('default')).toEqual(defaultPolicy);
  });

  it('shows no policy that is not run here', () => {
    const named = [...PAGE.matchAll(/<!-- (?:policy|environment): (.*) -->/g)].map(([, name]) => name);
    expect(named).toEqual(['default', 'day-long downloads', 'prefix for a role', 'hotlink protection']);
  });

  const withServer = async (
    settings: Parameters<typeof TestServer.start>[0],
    run: (server: TestServer, signed: Signed) => Promise<void>,
  ): Promise<void> => {
    const server = await TestServer.start(settings);
    const signed: Signed = async (path, as, more = {}) => {
      const { expiryMinutes, headers = {} } = more;
      const response = await server.call('POST', '/api/resources/sign', {
        ...(as ? { as } : {}),
        headers,
        body: { path, reason: 'recipe', ...(expiryMinutes ? { expiryMinutes } : {}) },
      });
      const answer = (await response.json()) as { code?: string; expiresAt: string };
      return answer.code ?? (new Date(answer.expiresAt).getTime() - Date.now()) / 60_000;
    };
    await run(server, signed).finally(() => server.stop());
  };

  const upload = async (server: TestServer, kind: string, as: TestPerson): Promise<string> => {
    const response = await server.call('POST', `/api/resources?kind=${kind}&name=a.png`, {
      as,
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    });
    return ((await response.json()) as { path: string }).path;
  };

  it('gives a day to the documents of whoever asks, and only to documents', async () => {
    await withServer({ policy: rulesOf('day-long downloads') }, async (server, signed) => {
      const path = await upload(server, 'document', ada);
      expect(await signed(path, ada)).toBeLessThanOrEqual(15);
      expect(await signed(path, ada, { expiryMinutes: 1440 })).toBeGreaterThan(1079);
      expect(await signed(path, ada, { expiryMinutes: 1441 })).toBe('expiry-too-long');
      expect(await signed(path, grace, { expiryMinutes: 1440 })).toBe('not-allowed');
      const photo = await upload(server, 'teamPhoto', ada);
      expect(await signed(photo, ada, { expiryMinutes: 1440 })).toBe('expiry-too-long');
    });
  });

  it('gives the gallery to one role and to whoever may see everything', async () => {
    await withServer({ policy: rulesOf('prefix for a role') }, async (server, signed) => {
      const path = await upload(server, 'galleryPhoto', ada);
      expect(await signed(path, { id: 'pia', roles: ['press'] })).toBeGreaterThan(11);
      expect(await signed(path, admin)).toBeGreaterThan(11);
      for (const as of [ada, grace, undefined]) expect(await signed(path, as)).toBe('not-allowed');
      expect(await signed(await upload(server, 'teamPhoto', ada), undefined)).toBeGreaterThan(44);
    });
  });

  it('keeps pictures for its own pages', async () => {
    const [name = '', value = ''] = block('environment', 'hotlink protection').trim().split('=');
    const { SITE_ORIGINS } = readEnvironment({ [name]: value });
    await withServer({ siteOrigins: SITE_ORIGINS }, async (server, signed) => {
      const path = await upload(server, 'teamPhoto', ada);
      const pages = ['https://www.example.com', 'https://shop.example.org', 'https://evil.example'];
      const answers = await Promise.all(
        pages.map((origin) => signed(path, undefined, { headers: { origin } })),
      );
      expect(answers.map((answer) => typeof answer)).toEqual(['number', 'number', 'string']);
      expect(answers[2]).toBe('hotlink');
    });
  });
});
