// Every public symbol of @countersign/angular has a docstring, with an example where it is called or put into a
// template, and every ```ts and ```html example, there and on the pages, compiles against the built library.
// Run `ng build resource-url` first.
import * as ng from '@angular/compiler-cli';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { apiEntries } from './api-golden.mjs';
import { CommandError, command, root } from './command.mjs';
import { examplesIn } from './docs/examples.mjs';
import { exampleSource } from './docs/example-source.mjs';
import { publicSymbols } from './docs/public-symbols.mjs';
import { createRunFolder, removeRunFolder } from './run-folder.mjs';

const help = `
node scripts/check-docs.mjs

Docstrings and examples of @countersign/angular. What an example may use without saying so: scripts/docs/prelude.mjs
`;

const built = join(root, 'dist', 'resource-url');
const pages = ['projects/resource-url/README.md', 'docs/getting-started.md'];

await command({ help }, () => {
  const manifest = join(built, 'package.json');
  if (!existsSync(manifest)) throw new CommandError(`${built} is not there. Run: npx ng build resource-url`);
  const entries = apiEntries(JSON.parse(readFileSync(manifest, 'utf8'))).map(({ entry, types, golden }) => ({
    entry,
    file: join(built, types),
    shownAs: `projects/resource-url/api/${golden}`,
  }));
  const options = compilerOptions(entries);
  const { problems, ...library } = publicSymbols(entries, options);
  const examples = [
    ...entries.flatMap(({ file, shownAs }) => examplesIn(readFileSync(file, 'utf8'), shownAs)),
    ...pages.flatMap((page) => examplesIn(readFileSync(join(root, page), 'utf8'), page)),
  ];
  const all = [...problems, ...compile(examples, library, options)];
  const count = Object.values(library.exports).flat().length;
  console.log(
    all.join('\n') || `${count} public symbols are documented; ${examples.length} examples compile.`,
  );
  return all.length > 0 ? 1 : 0;
});

/** As strict as the workspace; what an example leaves unused is its point. */
function compilerOptions(entries) {
  const { options, errors } = ng.readConfiguration(join(root, 'tsconfig.angular.json'));
  if (errors.length > 0) throw new CommandError(ng.formatDiagnostics(errors));
  return {
    ...options,
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowUnusedLabels: true,
    verbatimModuleSyntax: false,
    types: ['jasmine'],
    typeRoots: [join(root, 'node_modules', '@types')],
    paths: Object.fromEntries(entries.map(({ entry, file }) => [entry, [file]])),
    extendedDiagnostics: { checks: { unusedStandaloneImports: 'suppress' } },
  };
}

/**
 * Each page is an application of its own, so that its examples can import each other; what no page names is in src/app.
 * @returns what the compiler says, one text each, at the place of the example
 */
function compile(examples, library, options) {
  const folder = createRunFolder();
  process.on('exit', () => removeRunFolder(folder));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const places = new Map();
  examples.forEach((example, index) => {
    const application = join(folder, 'examples', example.file);
    const named = join(application, example.path ?? '');
    const free = example.path?.endsWith('.ts') && !places.has(named);
    const file = free ? named : join(application, 'src', 'app', `example-${index}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, exampleSource(example, index, library));
    places.set(file, example);
  });
  const rootNames = [...places.keys()];
  const program = ng.createProgram({ rootNames, options, host: ng.createCompilerHost({ options }) });
  // Not the compiler's own order, in which a mistake in one example hides those in the templates of all others.
  const found = [
    ...program.getTsOptionDiagnostics(),
    ...program.getNgOptionDiagnostics(),
    ...program.getTsSyntacticDiagnostics(),
    ...program.getTsSemanticDiagnostics(),
    ...program.getNgStructuralDiagnostics(),
    ...program.getNgSemanticDiagnostics(),
  ];
  return found.map((diagnostic) => told(diagnostic, places));
}

function told({ file, start, messageText }, places) {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (!file) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  const example = places.get(file.fileName);
  return `${example ? `${example.file}:${example.line + line - 1}` : `${file.fileName}:${line + 1}`}: ${text}`;
}
