// What a spec wants to know of HTML that Angular wrote: attributes are quoted, and no text is in child elements.

/** @returns the opening tag of the element with the id, `&amp;` and the like resolved */
export function element(html: string, id: string): string {
  const tag = new RegExp(`<\\w+ id="${id}"[^>]*>`).exec(html)?.[0];
  if (!tag) throw new Error(`no element ${id}`);
  return unescaped(tag);
}

/** @returns the text of the element with the id, or of the only element with that name */
export function text(html: string, idOrName: string): string {
  const found = new RegExp(`<(?:\\w+ id="${idOrName}"|${idOrName})[^>]*>([^<]*)<`).exec(html);
  if (!found) throw new Error(`no element ${idOrName}`);
  return unescaped(found[1] ?? '');
}

/** @returns the JSON that Angular's TransferState hands from the server to the browser */
export function handedOn(html: string): string {
  const found = /<script id="ng-state" type="application\/json">(.*?)<\/script>/s.exec(html)?.[1];
  if (!found) throw new Error('nothing is handed on');
  return found;
}

function unescaped(markup: string): string {
  return markup.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
