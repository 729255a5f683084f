import type { Refusal } from './errors.ts';
import { percentDecode } from './parse-path.ts';
import { encodeSegment } from './segment.ts';
import { isExpiry, isId, isSignature } from './signed-fields.ts';

/** Raw values of the parameters that a signed URL has, each checked; or why they are not. */
export type ParsedParameters =
  { ok: true; values: ReadonlyMap<string, string> } | { ok: false; reason: Refusal; detail: string };

/** Query characters of RFC 3986 without the apostrophe, which a WHATWG parser encodes. */
const RAW_QUERY = /^(?:[A-Za-z0-9\-._~!$()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/;

const SIGNED: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['sig', isSignature],
  ['exp', isExpiry],
  ['kid', isId],
  ['sid', isId],
  ['dl', (value) => downloadName(value) !== undefined],
]);

/**
 * Reads the query of a signed URL. Never throws.
 *
 * @param query raw, behind the question mark
 * @param ignored names that are dropped instead of refused; a trailing `*` stands for any rest
 */
export function parseParameters(query: string, ignored: readonly string[]): ParsedParameters {
  const values = new Map<string, string>();
  for (const parameter of query.split('&')) {
    const equals = parameter.indexOf('=');
    if (equals === -1) return refused('a parameter has no value');
    const name = parameter.slice(0, equals);
    const value = parameter.slice(equals + 1);
    const isWellFormed = SIGNED.get(name);
    if (!isWellFormed) {
      if (!isIgnored(name, ignored) || !RAW_QUERY.test(parameter)) return refused('a parameter is unknown');
      continue;
    }
    if (values.has(name)) return refused(`${name} is there twice`);
    if (!isWellFormed(value))
      return refused(`${name} is malformed`, name === 'sig' ? 'signature' : 'parameter');
    values.set(name, value);
  }
  return { ok: true, values };
}

/** Decoded download name of a raw `dl=` value, under the rules of one path segment; undefined when it is none. */
export function downloadName(raw: string): string | undefined {
  const name = RAW_QUERY.test(raw) ? percentDecode(raw) : undefined;
  return name !== undefined && encodeSegment(name).ok ? name : undefined;
}

function isIgnored(name: string, ignored: readonly string[]): boolean {
  return ignored.some((pattern) =>
    pattern.endsWith('*') ? pattern.length > 1 && name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

function refused(detail: string, reason: Refusal = 'parameter'): ParsedParameters {
  return { ok: false, reason, detail };
}
