import { readReference, type DeliveryOrigin, type Reference } from './delivery-origin.ts';
import { invalidPath, normalisePath } from './normalise-path.ts';

const PLACEHOLDER = /\{(\w+)\}/g;
const TRAILING = /\{(\w+)\}$/;

/** Parameters of one reference, ready to be put into templates. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads the parameters a template asks for.
 *
 * @returns the parameters, or the URL or path for which the trailing parameter stands when it is a URL itself
 *   (a person's picture may be kept as a file name or as a URL)
 * @throws ResourceUrlError `invalid-path` for a parameter that is missing, empty or, unless trailing, not part of
 *   one segment
 */
export function readParameters(
  template: string,
  ref: object,
  deliveryOrigins: readonly DeliveryOrigin[],
): Parameters | Exclude<Reference, { text: string }> {
  const trailing = TRAILING.exec(template)?.[1];
  const parameters = new Map<string, string>();
  for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
    const value = parameter(ref, name);
    if (name !== trailing) {
      if (value.includes('/')) throw invalidPath(value, `is not one segment, as "${name}" has to be`);
      parameters.set(name, value);
      continue;
    }
    const reference = readReference(value, deliveryOrigins);
    if (!('text' in reference)) return reference;
    parameters.set(name, normalisePath(value));
  }
  return parameters;
}

/** Puts parameters into a template, e.g. `public/team/{name}`, and checks the whole. */
export function fillTemplate(template: string, parameters: Parameters): string {
  return normalisePath(template.replace(PLACEHOLDER, (_, name: string) => parameters.get(name) ?? ''));
}

/** The names of the placeholders in a template. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

function parameter(ref: object, name: string): string {
  const value = (ref as Record<string, unknown>)[name];
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '') throw invalidPath('', `lacks its "${name}"`);
  return text;
}
