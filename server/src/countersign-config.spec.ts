import { checkedConfig, type CountersignConfig } from './countersign-config.ts';
import { StartError } from './platform/start-error.ts';

const good: CountersignConfig = {
  databaseUrl: 'postgres://127.0.0.1/countersign',
  dataDir: 'data',
  masterSecret: 'master-0123456789-abcdefghijklmnop',
  jwtSecret: 'jwt-0123456789-abcdefghijklmnopqrst',
  auditSigningKey: 'YXVkaXQtc2lnbmluZy1rZXktMDEyMzQ1Njc4OS1hYmM',
  deliveryUrl: 'https://cdn.example.com',
};

describe('the configuration of countersign()', () => {
  const addresses: [string, string][] = [
    ['https://CDN.Example.com/', 'https://cdn.example.com'],
    ['https://cdn.example.com:443/files/', 'https://cdn.example.com/files'],
    ['http://127.0.0.1:3000/cdn', 'http://127.0.0.1:3000/cdn'],
  ];
  for (const [given, taken] of addresses) {
    it(`takes ${given} as ${taken}, so that every spelling signs the same`, () => {
      expect(checkedConfig({ ...good, deliveryUrl: given }).deliveryUrl).toBe(taken);
    });
  }

  it('takes one address of the database for every purpose, unless more are named', () => {
    const { databaseUrl } = good;
    expect(checkedConfig(good)).toEqual(
      jasmine.objectContaining({ databaseDirectUrl: databaseUrl, databaseMigrationUrl: databaseUrl }),
    );
    const databaseDirectUrl = 'postgres://127.0.0.2/countersign';
    expect(checkedConfig({ ...good, databaseDirectUrl })).toEqual(
      jasmine.objectContaining({ databaseUrl, databaseDirectUrl, databaseMigrationUrl: databaseDirectUrl }),
    );
  });

  it('takes every spelling of an origin for the same', () => {
    const siteOrigins = ['https://WWW.Example.com:443/', 'https://*.Example.org'];
    expect(checkedConfig({ ...good, siteOrigins }).siteOrigins).toEqual([
      'https://www.example.com',
      'https://*.example.org',
    ]);
  });

  const wrong: [keyof CountersignConfig, unknown][] = [
    ['databaseUrl', 'mysql://127.0.0.1/x'],
    ['databaseDirectUrl', '127.0.0.1'],
    ['databaseMigrationUrl', 'mysql://127.0.0.1/x'],
    ['dataDir', ''],
    ['masterSecret', 'short'],
    ['jwtSecret', undefined],
    ['deliveryUrl', 'cdn.example.com'],
    ['deliveryUrl', 'https://cdn.example.com/?a=b'],
    ['deliveryUrl', 'https://user:secret@cdn.example.com'],
    ['deliveryUrl', 'https://cdn.example.com/our files'],
    ['jwtSecret', 'short'],
    ['oidcIssuer', 'https://id.example'],
    ['oidcAudience', 'countersign'],
    ['corsOrigins', ['*']],
    ['apiPrefix', 'api'],
    ['apiPrefix', '/cdn/api'],
    ['rateLimits', { sign: 'often' }],
    ['redisUrl', 'localhost:6379'],
    ['trustedProxies', ['nginx']],
    ['trustedProxies', true],
    ['cookieDomain', '.example.com'],
    ['maxUploadBytes', 0.5],
    ['auditDeadlineMs', -1],
    ['policy', 7],
    ['siteOrigins', ['https://*.com']],
    ['siteOriginAbsent', 'deny'],
  ];
  for (const [name, value] of wrong) {
    it(`names ${name} when it is ${JSON.stringify(value)}`, () => {
      expect(() => checkedConfig({ ...good, [name]: value } as CountersignConfig)).toThrowMatching(
        (error: unknown) => error instanceof StartError && error.message.includes(name),
      );
    });
  }

  it('names tenantClaim when an issuer says who calls, and nothing where they belong', () => {
    const byIssuer = { ...good, jwtSecret: undefined, oidcIssuer: 'https://id.example', oidcAudience: 'a' };
    expect(() => checkedConfig(byIssuer)).toThrowError(StartError, /tenantClaim/);
    expect(checkedConfig({ ...byIssuer, tenant: 'acme' }).tenant).toBe('acme');
  });
});
