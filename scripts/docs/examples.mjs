// Finds the examples of a page or a declaration file.

const fence = /^(?<indent>[ \t]*(?:\*[ \t]?)?[ \t]*)```(?<language>ts|html)[ \t]*$/;

/** Of an index.html, which no compiler reads. */
const partOfPage = /<(!doctype|html|head|body|meta|link|script)\b/i;

/**
 * @param text of a Markdown page, or of a TypeScript file whose docstrings hold the examples
 * @param file its name, for messages
 * @returns `[{ file, line, language, code }]` of every ```ts block and every template in an ```html block; `line` is the
 *   one after the fence
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
    if (language === 'ts' || !partOfPage.test(code)) examples.push({ file, line: at + 2, language, code });
    at = end;
  }
  return examples;
}

/** An empty line of a docstring ends with its asterisk. */
function withoutIndent(line, indent) {
  return line.startsWith(indent) ? line.slice(indent.length) : line.replace(/^\s*\*?\s*/, '');
}
