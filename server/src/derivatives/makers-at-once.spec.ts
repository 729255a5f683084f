import { makersAtOnce, thisMachine } from './makers-at-once.ts';

describe('How many pictures are made at once', () => {
  const cases: [number, number, number, number][] = [
    [2, 1, 4, 1],
    [2, 2, 4, 1],
    [2, 4, 4, 2],
    [16, 8, 4, 2],
    [16, 8, 16, 7],
    [16, 64, 64, 16],
    [3, 64, 1, 1],
    [0, 8, 8, 0],
  ];
  for (const [wanted, cores, threads, expected] of cases) {
    it(`is ${expected} where ${wanted} are wanted, with ${cores} cores and ${threads} threads`, () => {
      expect(makersAtOnce(wanted, { cores, threads })).toBe(expected);
    });
  }

  it('is counted with the threads that Node was started with', () => {
    const before = process.env['UV_THREADPOOL_SIZE'];
    try {
      for (const [set, threads] of [
        ['9', 9],
        ['', 4],
        ['many', 4],
      ] as const) {
        process.env['UV_THREADPOOL_SIZE'] = set;
        expect(thisMachine().threads).toBe(threads);
      }
    } finally {
      if (before === undefined) delete process.env['UV_THREADPOOL_SIZE'];
      else process.env['UV_THREADPOOL_SIZE'] = before;
    }
    expect(thisMachine().cores).toBeGreaterThan(0);
  });
});
