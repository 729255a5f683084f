/* global describe, it, expect, beforeEach, afterEach, jasmine */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRunFolder, removeRunFolder } from '../run-folder.mjs';
import { publicSymbols } from './public-symbols.mjs';

const example = '```ts\n * f();\n * ```';

describe('the public symbols of a library', () => {
  let folder;

  beforeEach(() => (folder = createRunFolder()));
  afterEach(() => removeRunFolder(folder));

  /** @param texts declaration files by entry */
  function read(texts) {
    const files = Object.entries(texts).map(([entry, text]) => {
      const file = join(folder, `${entry}.d.ts`);
      writeFileSync(file, text);
      return { entry, file };
    });
    const paths = Object.fromEntries(files.map(({ entry, file }) => [entry, [file]]));
    return publicSymbols(files, { noLib: true, types: [], paths });
  }

  it('need a docstring, and an example where they are called or created', () => {
    const { problems } = read({
      lib: 'export declare function f(): void;\n/** Text. */ export declare class C {}\n/** Text. */ export declare const T: 1;',
    });
    expect(problems).toEqual([
      'lib: f has no docstring',
      jasmine.stringMatching(/^lib: C has no example/),
      jasmine.stringMatching(/^lib: T has no example/),
    ]);
  });

  it('are called what they are exported as, and are none where the name says so', () => {
    const { exports, templates, problems } = read({
      lib: 'declare class A { static ɵdir: 1; }\ndeclare const internal: 1;\nexport { A as B, internal as ɵinternal };',
    });
    expect(exports).toEqual({ lib: ['B'] });
    expect(templates).toEqual(['B']);
    expect(problems).toEqual(['lib: B has no docstring']);
  });

  it('may be a class that only others extend, without an example', () => {
    const { problems } = read({ lib: '/** Text. */ export declare abstract class A {}' });
    expect(problems).toEqual([]);
  });

  it('may be types without an example, not without a docstring', () => {
    const { problems } = read({ lib: '/** Text. */ export interface A {}\nexport type B = 1;' });
    expect(problems).toEqual(['lib: B has no docstring']);
  });

  it('say what each public member of a class is', () => {
    const { problems } = read({
      lib: `/**
 * ${example}
 */
export declare class C extends D {
  constructor(a: 1);
  /** Text. */ told(): void;
  untold(): void;
  readonly state: 1;
  own: 1;
  private hidden(): void;
  protected forOthers(): void;
  ngOnDestroy(): void;
  static ɵdir: 1;
}
declare class D { own: 1; }
export {};`,
    });
    expect(problems).toEqual(['lib: C.untold has no docstring', 'lib: C.state has no docstring']);
  });

  it('count once, where they are declared', () => {
    const { exports, problems } = read({
      lib: `/**\n * ${example}\n */\nexport declare function f(): void;`,
      other: "export { f } from 'lib';",
    });
    expect(exports).toEqual({ lib: ['f'], other: [] });
    expect(problems).toEqual([]);
  });

  it('are for templates when Angular declared them so', () => {
    const { templates } = read({
      lib: 'export declare class A { static ɵdir: 1; }\nexport declare class B { static ɵprov: 1; }\nexport declare class C { static ɵpipe: 1; }',
    });
    expect(templates).toEqual(['A', 'C']);
  });
});
