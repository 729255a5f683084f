import { provideResourceUrls } from './provide-resource-urls.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';

describe('provideResourceUrls', () => {
  const api = '/api/resources';
  const kind = {
    development: 'products/{name}',
    production: 'public/products/{name}',
    reason: 'product_photo',
  };
  const kinds = (changed: object) => ({ kinds: { teamPhoto: { ...kind, ...changed } } });

  const wrong: { what: string; config: object; write: string }[] = [
    { what: 'no api', config: { api: undefined }, write: `api: '/api/resources'` },
    { what: 'an empty api', config: { api: '' }, write: `api: '/api/resources'` },
    { what: 'an api that is only a slash', config: { api: '/' }, write: `api: '/api/resources'` },
    { what: 'an api with a query', config: { api: '/api?tenant=1' }, write: `api: '/api/resources'` },
    {
      what: 'an api of another scheme',
      config: { api: 'ftp://example.com/api' },
      write: `api: 'https://api.example.com`,
    },
    {
      what: 'an api on a host named by two slashes',
      config: { api: '//example.com/api' },
      write: `api: '/api/resources'`,
    },
    { what: 'the sign call as api', config: { api: '/api/resources/sign' }, write: `api: '/api/resources'` },
    {
      what: 'the batch call as api',
      config: { api: '/api/resources/sign/batch/' },
      write: `api: '/api/resources'`,
    },
    { what: 'an unknown mode', config: { mode: 'prod' }, write: `mode: 'production'` },
    { what: 'assets with a query', config: { assets: '/assets?v=1' }, write: `assets: '/assets/deployed'` },
    {
      what: 'a delivery origin without scheme',
      config: { deliveryOrigins: ['cdn.example.com'] },
      write: `['https://cdn.example.com']`,
    },
    {
      what: 'a delivery origin that is no URL',
      config: { deliveryOrigins: ['https://'] },
      write: `deliveryOrigins[0]`,
    },
    {
      what: 'a delivery origin with a query',
      config: { deliveryOrigins: ['https://a.example', 'https://b.example/?x'] },
      write: `deliveryOrigins[1]`,
    },
    {
      what: 'a delivery origin in capitals',
      config: { deliveryOrigins: ['https://CDN.example.com/'] },
      write: `'https://cdn.example.com'`,
    },
    { what: 'half a retry', config: { retry: { retries: 1.5 } }, write: `retry: { retries: 3 }` },
    { what: 'no delay', config: { retry: { firstDelayMs: 0 } }, write: `firstDelayMs: 1000` },
    {
      what: 'a last delay that nobody waits for',
      config: { retry: { retries: 5 }, breaker: { failures: 9 } },
      write: `retry: { retries: 3, firstDelayMs: 1000 }`,
    },
    {
      what: 'a breaker that opens before the last attempt',
      config: { breaker: { failures: 3 } },
      write: `breaker: { failures: 5 }`,
    },
    { what: 'probes all the time', config: { breaker: { probeMs: 10 } }, write: `probeMs: 30000` },
    {
      what: 'an unknown way of rendering',
      config: { serverRendering: 'always' },
      write: `serverRendering: 'sign'`,
    },
    { what: 'an empty fallback', config: { fallback: '' }, write: `fallback: '/assets/nobody.svg'` },
    {
      what: 'a fallback that runs code',
      config: { fallback: 'javascript:alert(1)' },
      write: `fallback: '/assets/nobody.svg'`,
    },
    {
      what: 'a fallback that would need a signature',
      config: {
        fallback: 'https://cdn.example.com/nobody.svg',
        deliveryOrigins: ['https://cdn.example.com'],
      },
      write: `fallback: '/assets/nobody.svg'`,
    },
    {
      what: 'a kind with a path that goes up',
      config: kinds({ production: '../{name}' }),
      write: 'kinds.teamPhoto.production',
    },
    {
      what: 'a kind with a stray brace',
      config: kinds({ production: 'a/{name' }),
      write: 'kinds.teamPhoto.production',
    },
    {
      what: 'a kind without development path',
      config: kinds({ development: '' }),
      write: 'kinds.teamPhoto.development',
    },
    {
      what: 'a kind whose paths have different parameters',
      config: kinds({ development: 'x/{sku}/{name}' }),
      write: '{sku}',
    },
    { what: 'a kind without reason', config: kinds({ reason: '' }), write: 'reason:' },
    {
      what: 'a kind whose name holds a space',
      config: { kinds: { 'team photo': kind } },
      write: 'kinds: {',
    },
    { what: 'a kind with half a minute', config: kinds({ expiryMinutes: 0.5 }), write: 'expiryMinutes: 60' },
  ];
  for (const { what, config, write } of wrong) {
    it(`refuses ${what}, and says what to write`, () => {
      let message = '';
      try {
        provideResourceUrls({ api, ...config } as ResourceUrlConfig);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/^provideResourceUrls: .*Write /);
      expect(message).toContain(write);
    });
  }

  const right: { what: string; config: Partial<ResourceUrlConfig> }[] = [
    { what: 'the api alone', config: {} },
    { what: 'an api on another origin', config: { api: 'https://api.example.com:8443/v1' } },
    { what: 'an api relative to the base href', config: { api: 'api/resources', assets: 'assets/deployed' } },
    { what: 'assets at the root', config: { assets: '' } },
    {
      what: 'delivery origins with and without path',
      config: { deliveryOrigins: ['https://a.example', 'http://127.0.0.1:3000/cdn/'] },
    },
    { what: 'a fallback that is a data URL', config: { fallback: 'data:image/svg+xml,%3Csvg/%3E' } },
    { what: 'a fallback with a query', config: { fallback: 'assets/nobody.svg?v=2' } },
    { what: 'a kind', config: kinds({ expiryMinutes: 30 }) },
    {
      what: 'a kind whose placeholder is part of a segment',
      config: kinds({ production: 'public/thumbs/{name}.webp' }),
    },
  ];
  for (const { what, config } of right) {
    it(`takes ${what}`, () => {
      expect(() => provideResourceUrls({ api, ...config })).not.toThrow();
    });
  }
});
