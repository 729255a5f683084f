import linker from '@angular/compiler-cli/linker/babel';
import { transformAsync } from '@babel/core';
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a production build of an application would carry. */
export interface LinkedBundle {
  /** Minified. */
  code: string;
  /** Leads from `code` to the sources of the library, or to its published files where it has no map. */
  map: string;
  /** Bytes of `code` after `gzip -9`, without the imports that nothing uses. */
  gzipBytes: number;
}

/** @returns bytes after `gzip -9`, without the imports that nothing uses */
export function gzipBytes(code: string): number {
  return gzipSync(withoutUnusedImports(code), { level: 9 }).length;
}

/**
 * esbuild keeps every name that a file imports from an external package, also for what it shook out; an application,
 * whose packages are in the bundle too, has none of them.
 */
export function withoutUnusedImports(code: string): string {
  return code.replace(/import\{([^}]*)\}from/g, (_, specifiers: string) => {
    const used = specifiers.split(',').filter((specifier) => {
      const name = specifier.split(' as ').at(-1) ?? specifier;
      const uses = code.match(new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g'));
      return (uses?.length ?? 0) > 1;
    });
    return `import{${used.join(',')}}from`;
  });
}

/**
 * Bundles an entry as `ng build` does: partial declarations linked, tree-shaken, minified for ES2022, no `ngDevMode`.
 *
 * @param entry source text of the entry, e.g. `export { A } from 'somewhere'`
 * @param external packages that the application has anyway, e.g. `@angular/core` and `@angular/*`
 * @param from names of packages that are taken from a file (absolute path) instead of node_modules
 */
export async function linkedBundle(
  entry: string,
  external: readonly string[],
  from: Readonly<Record<string, string>> = {},
): Promise<LinkedBundle> {
  const result = await build({
    stdin: { contents: entry, resolveDir: workspace, sourcefile: 'entry.js' },
    absWorkingDir: workspace,
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    define: { ngDevMode: 'false', ngServerMode: 'false', ngJitMode: 'false', ngI18nClosureMode: 'false' },
    external: [...external],
    alias: { ...from },
    sourcemap: 'external',
    outfile: 'bundle.js',
    plugins: [
      {
        name: 'angular-linker',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.m?js$/ }, async ({ path }) => ({ contents: await linked(path), loader: 'js' }));
        },
      },
    ],
  });
  const text = (end: string) => result.outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  const code = text('.js');
  return { code, map: text('.map'), gzipBytes: gzipBytes(code) };
}

/** @returns the file with Angular's partial declarations replaced by code, and an inline source map */
async function linked(path: string): Promise<string> {
  const source = await readFile(path, 'utf8');
  const result = await transformAsync(source, {
    filename: path,
    babelrc: false,
    configFile: false,
    compact: false,
    sourceMaps: 'inline',
    ...(existsSync(`${path}.map`)
      ? { inputSourceMap: JSON.parse(await readFile(`${path}.map`, 'utf8')) }
      : {}),
    plugins: source.includes('ɵɵngDeclare') ? [linker] : [],
  });
  return result?.code ?? source;
}

/** The built library: where its primary entry is, and which of its exports a page uses. */
export interface BuiltLibrary {
  file: string;
  /** Names of the directives, components and pipes it exports, and `resourceUrl` where it is there. */
  forTemplates: readonly string[];
}

/**
 * @param folder absolute path of what `ng build resource-url` made
 * @throws Error when nothing was built there
 */
export async function builtLibrary(folder: string): Promise<BuiltLibrary> {
  const file = join(folder, 'fesm2022/countersign-angular.mjs');
  const types = await readFile(join(folder, 'types/countersign-angular.d.ts'), 'utf8');
  const { metafile } = await build({
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    format: 'esm',
    write: false,
    metafile: true,
    outfile: 'exports.js',
    absWorkingDir: workspace,
  });
  const exported = Object.values(metafile.outputs).flatMap((output) => output.exports);
  const declared = [...types.matchAll(/ɵɵ(?:Directive|Component|Pipe)Declaration<(\w+)/g)].map(
    ([, name]) => name,
  );
  return { file, forTemplates: exported.filter((name) => name === 'resourceUrl' || declared.includes(name)) };
}
