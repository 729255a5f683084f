/* global describe, it, expect */
import { mutationScore } from './score.mjs';

const mutants = (...statuses) => ({ mutants: statuses.map((status) => ({ status })) });

describe('the mutation score', () => {
  it('counts a mutant that was killed or ran into the time limit as noticed', () => {
    const files = { 'a.ts': mutants('Killed', 'Timeout', 'Survived'), 'b.ts': mutants('NoCoverage') };
    expect(mutationScore({ files })).toEqual({
      killed: 2,
      mutants: 4,
      percent: 50,
      files: [
        { file: 'a.ts', killed: 2, mutants: 3 },
        { file: 'b.ts', killed: 0, mutants: 1 },
      ],
    });
  });

  it('leaves out mutants that never ran', () => {
    const files = { 'a.ts': mutants('Killed', 'CompileError', 'RuntimeError', 'Ignored') };
    expect(mutationScore({ files }).percent).toBe(100);
  });

  it('is 0 when there was nothing to mutate', () => {
    expect(mutationScore({ files: {} }).percent).toBe(0);
  });
});
