/* global describe, it, expect */
import * as rules from './rules.mjs';

// Put together here, so that this file itself keeps the rules.
const off = ['eslint', 'disable'].join('-');
const machine = ['', 'work', 'main'].join('/');

describe('the rules of the repository', () => {
  it('refuse a source file of more than 300 lines, but not a spec', () => {
    const text = 'x\n'.repeat(301);
    expect(rules.tooLong({ path: 'server/src/a.ts', text })).toContain('301');
    expect(rules.tooLong({ path: 'server/src/a.ts', text: 'x\n'.repeat(300) })).toBeUndefined();
    expect(rules.tooLong({ path: 'server/src/a.spec.ts', text })).toBeUndefined();
    expect(rules.tooLong({ path: 'projects/resource-url/api/image.d.ts', text })).toBeUndefined();
    expect(rules.tooLong({ path: 'projects/resource-url/src/a.d.ts', text })).toBeDefined();
  });

  it('refuse names that say nothing, as whole words only', () => {
    for (const path of ['server/src/utils/a.ts', 'server/src/keyManager.ts', 'a/test-helpers.ts']) {
      expect(rules.vagueName({ path })).withContext(path).toBeDefined();
    }
    expect(rules.vagueName({ path: 'server/src/platform/database.ts' })).toBeUndefined();
  });

  it('refuse left-over notes, checks switched off, and specs that hide others', () => {
    expect(rules.unfinished({ path: 'a.ts', text: `\n// ${'TO'}DO later` })).toContain('line 2');
    expect(rules.switchedOff({ path: 'a.ts', text: `/* ${off} */` })).toBeDefined();
    expect(
      rules.switchedOff({ path: 'a.ts', text: `// ${off}-line no-control-regex -- ASCII` }),
    ).toBeUndefined();
    expect(rules.switchedOff({ path: 'a.ts', text: `// ${off}-line no-control-regex` })).toBeDefined();
    expect(rules.switchedOff({ path: 'a.ts', text: `// ${'@ts'}-expect-error x` })).toBeDefined();
    expect(rules.switchedOff({ path: 'a.spec.ts', text: `// ${'@ts'}-expect-error x` })).toBeUndefined();
    expect(rules.focused({ path: 'a.spec.ts', text: `${'f'}it('x', () => {})` })).toBeDefined();
    expect(rules.focused({ path: 'a.spec.ts', text: `it('x', () => benefit(1))` })).toBeUndefined();
  });

  it('refuse what belongs to one machine', () => {
    expect(rules.machineBound({ text: `see ${machine}/a` })).toBeDefined();
    expect(rules.machineBound({ text: `https://${'registry'}.npmjs.org/x` })).toBeDefined();
    expect(rules.machineBound({ text: 'https://example.com/work/a and ./work/' })).toBeUndefined();
  });

  it('refuse SQL outside a store, in every kind of string, but not in a comment', () => {
    const path = 'server/src/keys/rotate.ts';
    expect(rules.strayStatement({ path, text: "// it's\nquery('SELECT 1')" })).toContain('line 2');
    expect(rules.strayStatement({ path, text: 'query(`\n  DELETE FROM keys`)' })).toContain('line 2');
    expect(rules.strayStatement({ path, text: "// SELECT 'x'\n/* UPDATE `y` */" })).toBeUndefined();
    expect(rules.strayStatement({ path, text: "title('Updated')" })).toBeUndefined();
    for (const allowed of [
      'keys/store.ts',
      'leases/epoch.store.ts',
      'platform/migrate.ts',
      'testing/rows.ts',
      'keys/a.spec.ts',
    ]) {
      const file = { path: `server/src/${allowed}`, text: "query('SELECT 1')" };
      expect(rules.strayStatement(file)).withContext(allowed).toBeUndefined();
    }
  });

  it('ask for a reason for every dependency, and take no row without one', () => {
    const text = JSON.stringify({
      dependencies: { express: '5', pg: '8', '@countersign/signed-url': '0.1.0' },
    });
    const missing = (page) => rules.undocumentedDependencies({ path: 'server/package.json', text }, page);
    expect(missing('| `express` | HTTP |\n| pg | PostgreSQL |\n')).toBeUndefined();
    expect(missing('| express | HTTP |\n| pg |  |\n')).toMatch(/pg$/);
  });
});
