import { readFileSync } from 'node:fs';
import { requireNode } from './node-version.ts';

describe('the version of Node', () => {
  for (const version of ['22.22.3', '22.23.0', '24.15.0', '24.21.0', '26.0.0', '27.1.2']) {
    it(`may be ${version}`, () => {
      expect(() => requireNode(version)).not.toThrow();
    });
  }

  for (const version of ['18.0.0', '20.20.2', '22.22.2', '22.9.0', '23.11.0', '24.14.9', '25.1.0']) {
    it(`may not be ${version}, and the refusal says what may be`, () => {
      expect(() => requireNode(version)).toThrowError(/22\.22\.3, 24\.15\.0, 26 or newer; this is Node/);
    });
  }

  it('is the one that the package asks for', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      engines: { node: string };
    };
    expect(manifest.engines.node).toBe('^22.22.3 || ^24.15.0 || >=26.0.0');
  });
});
