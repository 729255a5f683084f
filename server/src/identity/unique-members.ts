/** A string, or what opens, divides and closes; `text` is known to be JSON, so nothing else needs a look. */
const MARKS = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

interface Opened {
  names: Set<string>;
  nameIsNext: boolean;
}

/**
 * Reads JSON in which no object names a member twice: of two such members one reader takes the first and another the
 * last, so that one token would say two things (RFC 7515 section 4, RFC 7519 section 4).
 *
 * @throws SyntaxError
 */
export function parseUnique(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // An array has no names.
  const open: (Opened | undefined)[] = [];
  for (const [mark] of text.matchAll(MARKS)) {
    const inside = open.at(-1);
    if (mark === '{') open.push({ names: new Set(), nameIsNext: true });
    else if (mark === '[') open.push(undefined);
    else if (mark === '}' || mark === ']') open.pop();
    else if (mark === ',') {
      if (inside) inside.nameIsNext = true;
    } else if (inside?.nameIsNext) {
      // "\u0061" is "a".
      const name = JSON.parse(mark) as string;
      if (inside.names.has(name)) throw new SyntaxError('a name is there twice');
      inside.names.add(name);
      inside.nameIsNext = false;
    }
  }
  return value;
}
