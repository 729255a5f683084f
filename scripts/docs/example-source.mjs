// Turns an example into a file that a compiler can judge on its own. Line 1 is made up, line 2 is the example's first.
import ts from 'typescript';
import { application, applicationTypes, imports } from './prelude.mjs';

/**
 * @param example `{ language, code }`
 * @param index makes the component of an ```html example unique
 * @param library `{ exports, templates }`: names by entry (`{ '@countersign/angular': ['ResourceSrc'] }`), and which
 *   of them a template may use (directives, components, pipes)
 * @returns text of a TypeScript module with the same line breaks, one line lower
 */
export function exampleSource({ language, code }, index, library) {
  return language === 'html' ? template(code, index, library) : module(code, library);
}

/** Members of a class are wrapped in one; everything else is a module as it stands. */
function module(code, library) {
  const members = !parses(code) && parses(`class Example {\n${code}\n}`);
  const text = members ? `class Example {\n${code}\n}` : code;
  const own = declaredIn(text);
  const values = Object.keys(application).filter((name) => !own.has(name) && uses(code, name));
  const declared = values.map((name) => `declare const ${name}: ${application[name]};`);
  const prelude = [importsFor(`${code} ${declared.join(' ')}`, own, library), ...declared, 'export {};'].join(
    ' ',
  );
  return members ? `${prelude} class Example {\n${code}\n}\n` : `${prelude}\n${code}\n`;
}

/** The whole vocabulary of an application as members of a component around the template. */
function template(code, index, library) {
  const members = Object.entries(application).map(([name, type]) => `declare readonly ${name}: ${type};`);
  const used = ['AsyncPipe', ...(/\bngSrc\b/.test(code) ? ['NgOptimizedImage'] : []), ...library.templates];
  const needed = importsFor(`Component ${used.join(' ')} ${members.join(' ')}`, new Set(), library);
  return (
    `${needed} @Component({ selector: 'example-${index}', imports: [${used.join(', ')}], template: \`\n` +
    `${code.replace(/[\\`$]/g, '\\$&')}\n\` }) export class Example${index} { ${members.join(' ')} }\n`
  );
}

/** Imports of what `text` uses and neither declares nor imports itself. */
function importsFor(text, own, library) {
  return [imports, applicationTypes, library.exports]
    .flatMap(Object.entries)
    .map(([from, names]) => [from, names.filter((name) => !own.has(name) && uses(text, name))])
    .filter(([, names]) => names.length > 0)
    .map(([from, names]) => `import { ${names.join(', ')} } from '${from}';`)
    .join(' ');
}

function uses(text, name) {
  return new RegExp(`(?<![.\\w$])${name}\\b`).test(text);
}

function parse(text) {
  return ts.createSourceFile('example.ts', text, ts.ScriptTarget.Latest, true);
}

function parses(text) {
  return parse(text).parseDiagnostics.length === 0;
}

/** Names that the module declares or imports at its top. */
function declaredIn(text) {
  const names = new Set();
  const bind = (name) =>
    ts.isIdentifier(name)
      ? names.add(name.text)
      : name.elements.forEach((element) => element.name && bind(element.name));
  for (const statement of parse(text).statements) {
    if (ts.isVariableStatement(statement))
      statement.declarationList.declarations.forEach(({ name }) => bind(name));
    else if (ts.isImportDeclaration(statement)) importedBy(statement).forEach((name) => names.add(name));
    else if (statement.name && ts.isIdentifier(statement.name)) names.add(statement.name.text);
  }
  return names;
}

function importedBy({ importClause }) {
  const bindings = importClause?.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : bindings ? [bindings] : [];
  return [importClause, ...named].flatMap((node) => node?.name?.text ?? []);
}
