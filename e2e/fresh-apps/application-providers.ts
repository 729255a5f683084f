/**
 * `src/app/app.config.ts` with a call that `ng add` wrote replaced by the one the README gives.
 *
 * @param block the new call, with the semicolon that makes it a statement in the README
 */
export function withCall(config: string, block: string): string {
  const call = block.trim().replace(/;$/, '');
  const [name] = /^\w+/.exec(call) ?? [];
  return config.replace(new RegExp(`\\b${name}\\([^()]*\\)`), () => call);
}

/** A source file with one more import. */
export function withImport(source: string, names: string, from: string): string {
  return `import { ${names} } from '${from}';\n${source}`;
}
