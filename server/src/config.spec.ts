import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { environment, readEnvironment } from './config.ts';
import { StartError } from './platform/start-error.ts';

const PAGE = new URL('../../docs/configuration.md', import.meta.url);

/** The rows that docs/configuration.md must hold: one for each variable, from where it is declared. */
function tableRows(): string[] {
  return Object.entries(environment.shape).map(([name, schema]) => {
    const fallback: unknown = schema.safeParse(undefined).data;
    const shown =
      fallback === undefined
        ? 'not set'
        : `\`${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}\``;
    return `| \`${name}\` | ${shown === '``' ? 'empty' : shown} | ${schema.description ?? ''} |`;
  });
}

describe('the configuration', () => {
  it('is described row by row in docs/configuration.md', () => {
    const page = readFileSync(PAGE, 'utf8');
    const documented = page.split('\n').filter((line) => /^\| `[A-Z]/.test(line));
    expect(documented.map((line) => line.replace(/ {2,}/g, ' '))).toEqual(tableRows());
  });

  it('needs nothing to be set', () => {
    expect(readEnvironment({})).toEqual(
      jasmine.objectContaining({ PORT: 3000, HOST: '127.0.0.1', DATA_DIR: 'data' }),
    );
  });

  it('takes an empty value as not set', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: '' }).PORT).toBe(3000);
  });

  it('divides lists at commas', () => {
    const { CORS_ORIGINS } = readEnvironment({ CORS_ORIGINS: 'https://a.example, https://b.example,' });
    expect(CORS_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
  });

  const AUDIT_SIGNING_KEY = randomBytes(32).toString('base64');
  const production = {
    DATABASE_URL: 'postgres://h/d',
    MASTER_SECRET: 'm-0123456789-abcdefghijklmnopqrstuvw',
  };
  const issuer = { OIDC_ISSUER: 'https://id.example/realms/acme', OIDC_AUDIENCE: 'countersign' };

  it('needs no JWT_SECRET where an issuer says who calls', () => {
    for (const tenants of [{ TENANT: 'acme' }, { TENANT_CLAIM: 'org' }]) {
      const variables = { ...production, AUDIT_SIGNING_KEY, ...issuer, ...tenants };
      expect(readEnvironment(variables).OIDC_ISSUER).toBe(issuer.OIDC_ISSUER);
    }
    expect(readEnvironment({ ...issuer, OIDC_ISSUER: 'http://127.0.0.1:8080/realms/a' }).JWT_SECRET).toBe(
      undefined,
    );
  });

  const wrong: [string, Record<string, string>][] = [
    ['PORT', { PORT: 'http' }],
    ['PORT', { PORT: '70000' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://localhost/x' }],
    ['DATABASE_DIRECT_URL', { DATABASE_DIRECT_URL: 'mysql://localhost/x' }],
    ['DATABASE_MIGRATION_URL', { DATABASE_MIGRATION_URL: 'postgres://owner@localhost/x' }],
    ['DELIVERY_URL', { DELIVERY_URL: 'cdn.example.com' }],
    ['API_PREFIX', { API_PREFIX: '/' }],
    ['API_PREFIX', { API_PREFIX: 'api' }],
    ['API_PREFIX', { API_PREFIX: '/api/' }],
    ['API_PREFIX', { API_PREFIX: '/a/../b' }],
    ['API_PREFIX', { API_PREFIX: '/:any' }],
    ['API_PREFIX', { API_PREFIX: '/CDN/api' }],
    ['API_PREFIX', { API_PREFIX: '/health' }],
    ['REDIS_URL', { REDIS_URL: 'http://127.0.0.1:6379' }],
    ['S3_BUCKET', { S3_ENDPOINT: 'https://s3.example.com' }],
    ['S3_BUCKET', { S3_BUCKET: 'a/b' }],
    ['S3_PREFIX', { S3_BUCKET: 'files', S3_PREFIX: '../' }],
    ['S3_PREFIX', { S3_BUCKET: 'files', S3_PREFIX: 'no-slash' }],
    ['S3_ENDPOINT', { S3_BUCKET: 'files', S3_ENDPOINT: 's3.example.com' }],
    ['S3_PATH_STYLE', { S3_PATH_STYLE: 'yes' }],
    ['S3_SECRET_ACCESS_KEY', { S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'AK' }],
    ['S3_ACCESS_KEY_ID', { S3_BUCKET: 'files', S3_SECRET_ACCESS_KEY: 'secret' }],
    ['S3_ROLE_ARN', { S3_ROLE_ARN: 'reader' }],
    ['S3_ROLE_SESSION_SECONDS', { S3_ROLE_SESSION_SECONDS: '60' }],
    ['S3_SSE', { S3_SSE: 'yes' }],
    ['S3_SSE', { S3_BUCKET: 'files', S3_SSE_KEY_ID: 'k1' }],
    ['S3_TIMEOUT_MS', { S3_TIMEOUT_MS: '0' }],
    ['S3_VERIFY_ON_START', { S3_VERIFY_ON_START: 'perhaps' }],
    ['RATE_LIMITS', { RATE_LIMITS: 'sign=often' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'nginx' }],
    ['MAX_UPLOAD_BYTES', { MAX_UPLOAD_BYTES: '-1' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['SITE_ORIGINS', { SITE_ORIGINS: 'https://www.example.com,www.example.org' }],
    ['SITE_ORIGIN_ABSENT', { SITE_ORIGIN_ABSENT: 'deny' }],
    ['MASTER_SECRET', { MASTER_SECRET: 'secret' }],
    ['MASTER_SECRET', { MASTER_SECRET: 'a'.repeat(40) }],
    ['MASTER_SECRET', { DATABASE_URL: 'postgres://h/d', JWT_SECRET: 'jwt-0123456789-abcdefghijklmnopqrstu' }],
    ['JWT_SECRET', production],
    ['OIDC_ISSUER', production],
    ['TENANT_CLAIM', { ...production, ...issuer }],
    ['OIDC_AUDIENCE', { OIDC_ISSUER: issuer.OIDC_ISSUER }],
    ['OIDC_ISSUER', { OIDC_AUDIENCE: 'countersign' }],
    ['OIDC_ISSUER', { OIDC_CLIENT_ID: 'spa', OIDC_CLIENT_SECRET: 'x' }],
    ['OIDC_ISSUER', { ...issuer, OIDC_ISSUER: 'http://keycloak.example.com/realms/acme' }],
    ['OIDC_ISSUER', { ...issuer, OIDC_ISSUER: 'keycloak.example.com' }],
    ['OIDC_ISSUER', { ...issuer, OIDC_ISSUER: 'https://user:secret@keycloak.example.com' }],
    ['OIDC_CLIENT_SECRET', { ...issuer, OIDC_CLIENT_ID: 'spa' }],
    ['OIDC_CLIENT_ID', { ...issuer, OIDC_CLIENT_SECRET: 'x' }],
    ['JWT_SECRET', { ...issuer, JWT_SECRET: 'jwt-0123456789-abcdefghijklmnopqrstu' }],
    ['COOKIE_DOMAIN', { COOKIE_DOMAIN: '.example.com' }],
    ['COOKIE_SAME_SITE', { COOKIE_SAME_SITE: 'some' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://app.example/' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'null' }],
  ];
  for (const [name, variables] of wrong) {
    it(`names ${name} when it is ${JSON.stringify(variables)}`, () => {
      expect(() => readEnvironment(variables)).toThrowMatching(
        (error: unknown) => error instanceof StartError && error.message.includes(name),
      );
    });
  }

  it('never repeats a secret in its error', () => {
    expect(() => readEnvironment({ MASTER_SECRET: 'hunter2' })).toThrowMatching(
      (error: Error) => !error.message.includes('hunter2'),
    );
  });
});
