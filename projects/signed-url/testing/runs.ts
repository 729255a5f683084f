/** Number of cases of a property test; the environment variable SCALE multiplies it. */
export function runs(cases: number): { numRuns: number } {
  return { numRuns: Math.ceil(cases * Number(process.env['SCALE'] ?? 1)) };
}
