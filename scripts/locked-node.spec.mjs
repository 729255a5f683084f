/* global describe, it, expect */
import { satisfies } from './locked-node.mjs';

const range = '^22.22.3 || ^24.15.0 || >=26.0.0';

describe('the range of Node versions in package.json', () => {
  it('takes its lower bounds and what is newer in the same line', () => {
    for (const version of ['22.22.3', '22.23.0', '24.15.0', '24.21.0', '26.0.0', '27.1.0']) {
      expect(satisfies(version, range)).withContext(version).toBeTrue();
    }
  });

  it('refuses older ones and the lines it leaves out', () => {
    for (const version of ['20.20.2', '22.22.2', '22.9.10', '23.11.0', '24.14.9', '25.9.0']) {
      expect(satisfies(version, range)).withContext(version).toBeFalse();
    }
  });

  it('does not guess what another spelling means', () => {
    expect(() => satisfies('24.15.0', '24.x')).toThrowError(/24\.x/);
  });
});
