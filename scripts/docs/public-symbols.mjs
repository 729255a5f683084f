// What a library exports, read from its declaration files, and which of it says too little.
import ts from 'typescript';

/** Angular calls these; nobody else does. */
const lifecycle = /^ng(On|Do|After)[A-Z]/;
const marksForTemplates = new Set(['ɵdir', 'ɵcmp', 'ɵpipe']);

/**
 * @param files `[{ entry, file }]`: name of the entry (`@countersign/angular/image`) and its declaration file
 * @param options of the compiler, so that entries find each other and Angular
 * @returns `{ exports, templates, problems }`: exported names by entry, those that a template may use, and one sentence
 *   for each symbol without docstring, or without example where it needs one
 */
export function publicSymbols(files, options) {
  const program = ts.createProgram(
    files.map(({ file }) => file),
    options,
  );
  const checker = program.getTypeChecker();
  const exports = {};
  const templates = [];
  const problems = [];
  for (const { entry, file } of files) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file));
    // By the name it is exported under; `ɵ` marks what only the other entries may use.
    const symbols = (module ? checker.getExportsOfModule(module) : [])
      .filter(({ name }) => !name.startsWith('ɵ'))
      .map((exported) => [exported.name, target(exported)])
      // What an entry hands on from another one is documented there.
      .filter(([, symbol]) => symbol.declarations?.some((node) => node.getSourceFile().fileName === file));
    exports[entry] = symbols.map(([name]) => name);
    for (const [name, symbol] of symbols) {
      if (isForTemplates(symbol)) templates.push(name);
      problems.push(...problemsOf(name, symbol).map((problem) => `${entry}: ${problem}`));
    }
  }
  return { exports, templates, problems };

  function target(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  function problemsOf(name, symbol) {
    const documentation = documentationOf(symbol);
    const found = [];
    if (documentation === '') found.push(`${name} has no docstring`);
    else if (needsExample(symbol) && !/^[ \t]*```(ts|html)[ \t]*$/m.test(documentation)) {
      found.push(`${name} has no example: a \`\`\`ts or \`\`\`html block in its docstring`);
    }
    const members = symbol.flags & ts.SymbolFlags.Class ? publicMembers(symbol, inherited(symbol)) : [];
    for (const member of members) {
      if (documentationOf(member) === '') found.push(`${name}.${member.name} has no docstring`);
    }
    return found;
  }

  /** Names that a base class declares: it says what they are. */
  function inherited(symbol) {
    const bases = checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol));
    return new Set(bases.flatMap((base) => checker.getPropertiesOfType(base).map(({ name }) => name)));
  }

  /** Overloads and merged declarations: one docstring is enough. */
  function documentationOf(symbol) {
    return ts.displayPartsToString(symbol.getDocumentationComment(checker)) + tagsOf(symbol);
  }

  function tagsOf(symbol) {
    const example = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example');
    return example.map(({ text }) => ts.displayPartsToString(text)).join('\n');
  }
}

/** Types alone may go without, and so may a class that only others extend: what makes or takes them shows them. */
function needsExample({ flags, valueDeclaration }) {
  const used = ts.SymbolFlags.Function | ts.SymbolFlags.Class | ts.SymbolFlags.Variable;
  return (
    (flags & used) !== 0 && (ts.getCombinedModifierFlags(valueDeclaration) & ts.ModifierFlags.Abstract) === 0
  );
}

function isForTemplates(symbol) {
  return [...(symbol.exports?.keys() ?? [])].some((name) =>
    marksForTemplates.has(ts.unescapeLeadingUnderscores(name)),
  );
}

/** Own members that others may use, static ones too; the constructor is not for others in a class that is injected. */
function publicMembers(symbol, inherited) {
  return [...symbol.members.values(), ...symbol.exports.values()].filter((member) => {
    const [declaration] = member.declarations ?? [];
    if (!declaration || !ts.isClassElement(declaration) || ts.isConstructorDeclaration(declaration))
      return false;
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    return (
      (ts.getCombinedModifierFlags(declaration) & hidden) === 0 &&
      !ts.isPrivateIdentifier(declaration.name) &&
      !member.name.startsWith('ɵ') &&
      !inherited.has(member.name) &&
      !lifecycle.test(member.name)
    );
  });
}
