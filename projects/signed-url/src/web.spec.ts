import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as node from './index.ts';
import * as web from './web.ts';

const entry = fileURLToPath(new URL('./web.ts', import.meta.url));

describe('the web entry', () => {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.Preserve,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  });

  it('compiles with the types of a browser alone: no Buffer, no node:crypto', () => {
    const messages = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    expect(messages).toEqual([]);
  });

  it('imports nothing but files of this folder', () => {
    const own = program.getSourceFiles().filter(({ fileName }) => !fileName.includes('/node_modules/'));
    const imports = own.flatMap((file) =>
      ts.preProcessFile(file.text).importedFiles.map(({ fileName }) => fileName),
    );
    expect(imports.filter((name) => !/^\.\/[a-z0-9-]+\.ts$/.test(name))).toEqual([]);
    expect(own.some(({ fileName }) => fileName.endsWith('/web-crypto.ts'))).toBeTrue();
  });

  it('exports the names that the Node entry exports', () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
  });
});
