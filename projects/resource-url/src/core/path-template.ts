import { invalidPath, normalisePath } from './normalise-path.ts';

const PLACEHOLDER = /\{(\w+)\}/g;

/** The parameter at the end of a template such as `public/team/{name}`: it may fill several segments. */
export function trailingPlaceholder(template: string): string | undefined {
  return /\{(\w+)\}$/.exec(template)?.[1];
}

/** The names of the placeholders in a template. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/**
 * Puts the parameters of a reference into a template.
 *
 * @param trailing the one parameter that may fill several segments
 * @returns a normalised path
 * @throws ResourceUrlError `invalid-path` for a parameter that is missing, empty or, unless trailing, more than one
 *   segment, and for whatever no path may hold
 */
export function fillTemplate(template: string, ref: object, trailing: string | undefined): string {
  const fill = (_: string, name: string) => {
    const value = readParameter(ref, name);
    if (name === trailing) return normalisePath(value);
    if (value.includes('/')) throw invalidPath(value);
    return value;
  };
  return normalisePath(template.replace(PLACEHOLDER, fill));
}

/**
 * The text of a parameter; a number is taken as its digits.
 *
 * @throws ResourceUrlError `invalid-path` when it is missing or empty
 */
export function readParameter(ref: object, name: string): string {
  const text = String((ref as Record<string, unknown>)[name] ?? '');
  if (!text) throw invalidPath(name);
  return text;
}
