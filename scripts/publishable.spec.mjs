/* global describe, it, expect */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';
import { publishedManifest } from './publishable.mjs';

const packages = ['projects/signed-url', 'projects/resource-url', 'server'];

describe('what is published', () => {
  it('has no condition that leads to unpublished sources, at any depth', () => {
    const manifest = {
      exports: {
        '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
        './web': { node: { source: './src/web.ts', default: './dist/web.js' } },
        './package.json': './package.json',
      },
    };
    expect(publishedManifest(manifest).exports).toEqual({
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './web': { node: { default: './dist/web.js' } },
      './package.json': './package.json',
    });
  });

  it('keeps the order of conditions, which is the order in which they are tried', () => {
    const { exports } = publishedManifest({ exports: { '.': { types: 'a', source: 'b', default: 'c' } } });
    expect(Object.keys(exports['.'])).toEqual(['types', 'default']);
  });

  it('is not private, and names no package that only our tests need', () => {
    const manifest = {
      name: 'a',
      private: true,
      devDependencies: { b: '1.0.0' },
      dependencies: { c: '1.0.0' },
    };
    const published = publishedManifest(manifest);
    expect(published).toEqual({ name: 'a', dependencies: { c: '1.0.0' }, exports: undefined });
  });

  it('carries the licence of the repository', () => {
    const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
    for (const folder of packages) {
      const file = join(root, folder, 'LICENSE');
      expect(existsSync(file) && readFileSync(file, 'utf8'))
        .withContext(folder)
        .toBe(licence);
    }
  });
});
