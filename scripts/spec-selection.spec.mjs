/* global describe, it, expect */
import { select } from './spec-selection.mjs';

const specs = [
  'projects/signed-url/src/parse.spec.ts',
  'server/src/keys/key-ring.spec.ts',
  'server/src/signing/sign.spec.ts',
  'e2e/leaver.spec.ts',
  'e2e/signing-burst.spec.ts',
];

describe('npm test -- WORD', () => {
  it('takes a folder, by name or by path, and nothing beside it', () => {
    expect(select(['signing'], specs).specs).toEqual(['server/src/signing/sign.spec.ts']);
    expect(select(['./server/src/keys/'], specs).specs).toEqual(['server/src/keys/key-ring.spec.ts']);
    expect(select(['signed-url'], specs).specs).toEqual(['projects/signed-url/src/parse.spec.ts']);
  });

  it('takes part of a file name when there is no such folder', () => {
    expect(select(['leaver'], specs).specs).toEqual(['e2e/leaver.spec.ts']);
  });

  it('runs an Angular project as a whole', () => {
    expect(select(['resource-url'], specs)).toEqual({ projects: ['resource-url'], specs: [], unknown: [] });
  });

  it('adds words up, each file once', () => {
    expect(select(['e2e', 'burst', 'keys'], specs).specs).toEqual([
      'server/src/keys/key-ring.spec.ts',
      'e2e/leaver.spec.ts',
      'e2e/signing-burst.spec.ts',
    ]);
  });

  it('names the words that mean nothing, so that a typing error cannot pass', () => {
    expect(select(['signnig', 'keys'], specs).unknown).toEqual(['signnig']);
  });
});
