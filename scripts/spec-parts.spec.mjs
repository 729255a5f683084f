/* global describe, it, expect */
import { partsOf } from './spec-parts.mjs';

const files = Array.from({ length: 10 }, (_, n) => `e2e/${n}.spec.ts`);

describe('Spec files in several processes', () => {
  it('run each once, in parts of about the same size', () => {
    const parts = partsOf(files, 4);
    expect(parts.flat().sort()).toEqual(files);
    expect(parts.map(({ length }) => length)).toEqual([4, 3, 3]);
  });

  it('run in one process when they are few, and in none when there are none', () => {
    expect(partsOf(files, 10)).toEqual([files]);
    expect(partsOf([], 10)).toEqual([]);
  });

  it('stay together when they share what they build', () => {
    const shared = new Set(['e2e/1.spec.ts', 'e2e/4.spec.ts', 'e2e/9.spec.ts']);
    const parts = partsOf(files, 3, (file) => (shared.has(file) ? 'a build' : undefined));
    expect(parts.flat().sort()).toEqual(files);
    expect(parts.filter((part) => part.some((file) => shared.has(file))).length).toBe(1);
  });
});
