// Finds the examples of a page or a declaration file.

const fence = /^(?<indent>[ \t]*(?:\*[ \t]?)?[ \t]*)```(?<language>ts|html)[ \t]*$/;

/** `<!-- fresh-app: src/app/session.ts -->` above an example says which file of an application it is. */
const fileName = /^<!--.*?\s(?<path>[\w./-]+\.(ts|html)) -->$/;
/** Of an index.html, which no compiler reads. */
const partOfPage = /<(!doctype|html|head|body|meta|link|script)\b/i;

/**
 * @param text of a Markdown page, or of a TypeScript file whose docstrings hold the examples
 * @param file its name, for messages
 * @returns `[{ file, line, language, code, path? }]` of every ```ts block and every template in an ```html block; `line`
 *   is the one after the fence, `path` the file of an application that the page says it is
 */
export function examplesIn(text, file) {
  const lines = text.split(/\r?\n/);
  const examples = [];
  for (let at = 0; at < lines.length; at++) {
    const opened = fence.exec(lines[at]);
    if (!opened) continue;
    const { indent, language } = opened.groups;
    const end = lines.findIndex((line, below) => below > at && /^[\s*]*```\s*$/.test(line));
    if (end < 0) throw new Error(`${file}:${at + 1}: this example has no end`);
    const code = lines
      .slice(at + 1, end)
      .map((line) => withoutIndent(line, indent))
      .join('\n');
    const path = fileName.exec(lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '')?.groups.path;
    const page = language === 'html' && (partOfPage.test(code) || path?.endsWith('index.html'));
    if (!page) examples.push({ file, line: at + 2, language, code, ...(path ? { path } : {}) });
    at = end;
  }
  return examples;
}

/** An empty line of a docstring ends with its asterisk. */
function withoutIndent(line, indent) {
  return line.startsWith(indent) ? line.slice(indent.length) : line.replace(/^\s*\*?\s*/, '');
}
