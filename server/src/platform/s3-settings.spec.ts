import { formOrigin } from './s3-settings.ts';

describe('the origin to which browsers post forms', () => {
  for (const [settings, origin] of [
    [{}, 'https://acme.s3.us-east-1.amazonaws.com'],
    [{ region: 'eu-central-1' }, 'https://acme.s3.eu-central-1.amazonaws.com'],
    [{ region: 'eu-central-1', bucket: 'acme.files' }, 'https://s3.eu-central-1.amazonaws.com'],
    [{ endpoint: 'http://127.0.0.1:7480' }, 'http://127.0.0.1:7480'],
    [{ endpoint: 'https://s3.example.com', pathStyle: false }, 'https://acme.s3.example.com'],
    [
      { endpoint: 'http://minio:9000', publicEndpoint: 'https://files.example.com' },
      'https://files.example.com',
    ],
  ] as const) {
    it(`is ${origin} with ${JSON.stringify(settings)}`, () => {
      expect(formOrigin({ bucket: 'acme', ...settings })).toBe(origin);
    });
  }
});
