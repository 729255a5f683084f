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
  const used = usedIn(text);
  const values = Object.keys(application).filter((name) => !own.has(name) && used.has(name));
  const declared = values.map((name) => `declare const ${name}: ${application[name]};`);
  const needed = importsFor(`${text}\n${declared.join(' ')}`, own, library);
  const prelude = [needed, ...declared, 'export {};'].join(' ');
  return members ? `${prelude} ${text}\n` : `${prelude}\n${text}\n`;
}

/** What the template takes from the application are members of the component around it. */
function template(code, index, library) {
  const words = new Set(code.match(/(?<![.\w$])[\w$]+/g));
  const taken = Object.entries(application).filter(([name]) => words.has(name));
  const members = taken.map(([name, type]) => `declare readonly ${name}: ${type};`).join(' ');
  const used = ['AsyncPipe', ...(words.has('ngSrc') ? ['NgOptimizedImage'] : []), ...library.templates];
  const component = (text) =>
    `@Component({ selector: 'example-${index}', imports: [${used.join(', ')}], template: \`${text}\` }) ` +
    `export class Example${index} { ${members} }`;
  const escaped = code.replace(/[\\`$]/g, '\\$&');
  return `${importsFor(component(''), new Set(), library)} ${component(`\n${escaped}\n`)}\n`;
}

/** Imports of what `text` uses and neither declares nor imports itself. */
function importsFor(text, own, library) {
  const used = usedIn(text);
  return [imports, applicationTypes, library.exports]
    .flatMap(Object.entries)
    .map(([from, names]) => [from, names.filter((name) => !own.has(name) && used.has(name))])
    .filter(([, names]) => names.length > 0)
    .map(([from, names]) => `import { ${names.join(', ')} } from '${from}';`)
    .join(' ');
}

/** Every name in the code that is neither a property (`a.name`) nor a key (`name: 1`). */
function usedIn(text) {
  const names = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node) && !(node.parent.name === node && isProperty(node.parent)))
      names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(text));
  return names;
}

function isProperty(node) {
  return (
    ts.isPropertyAccessExpression(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isTypeElement(node) ||
    ts.isClassElement(node)
  );
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
