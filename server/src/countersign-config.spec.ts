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

  const wrong: [keyof CountersignConfig, unknown][] = [
    ['databaseUrl', 'mysql://127.0.0.1/x'],
    ['dataDir', ''],
    ['masterSecret', 'short'],
    ['jwtSecret', undefined],
    ['deliveryUrl', 'cdn.example.com'],
    ['deliveryUrl', 'https://cdn.example.com/?a=b'],
    ['deliveryUrl', 'https://user:secret@cdn.example.com'],
    ['deliveryUrl', 'https://cdn.example.com/our files'],
    ['maxUploadBytes', 0.5],
    ['auditDeadlineMs', -1],
  ];
  for (const [name, value] of wrong) {
    it(`names ${name} when it is ${JSON.stringify(value)}`, () => {
      expect(() => checkedConfig({ ...good, [name]: value } as CountersignConfig)).toThrowMatching(
        (error: unknown) => error instanceof StartError && error.message.includes(name),
      );
    });
  }
});
