import linker from '@angular/compiler-cli/linker/babel';
import { transformAsync } from '@babel/core';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { BUILT_LIBRARY, freshLibrary } from './fresh-library.ts';

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
const OUT = fileURLToPath(new URL('../../dist/rendered-page/', import.meta.url));

/** As in projects/rendered-page/src/page-options.ts, where it is described. */
export interface PageOptions {
  mode: 'development' | 'production';
  serverRendering?: 'defer' | 'sign';
  api: string;
  deliveryOrigins: readonly string[];
  token?: string;
  withCredentials?: boolean;
  greeting?: string;
}

/** The page of projects/rendered-page, built. */
export interface RenderedPage {
  /** Absolute path of the ES module that runs on the server. */
  serverFile: string;
  /** Absolute path of the script for the browser, which looks for mistakes in hydration as a development build does. */
  browserFile: string;
  /** @returns the HTML that an Angular server would send */
  render(options: PageOptions, url?: string, document?: string): Promise<string>;
}

const DOCUMENT = '<!doctype html><html><head></head><body><app-root></app-root></body></html>';

let built: Promise<RenderedPage> | undefined;

/**
 * Builds the page as an application is built: compiled ahead of time against the types of the built library, linked,
 * and bundled once for the server and once for the browser.
 */
export function renderedPage(): Promise<RenderedPage> {
  return (built ??= buildPage());
}

async function buildPage(): Promise<RenderedPage> {
  await freshLibrary();
  const ngc = join(WORKSPACE, 'node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js');
  await promisify(execFile)(process.execPath, [ngc, '-p', join(WORKSPACE, 'projects/rendered-page')]);
  const shared: BuildOptions = {
    bundle: true,
    format: 'esm',
    target: 'es2022',
    absWorkingDir: WORKSPACE,
    alias: await libraryFiles(),
    plugins: [linking],
    logLevel: 'error',
  };
  const serverFile = join(OUT, 'server.bundle.mjs');
  const browserFile = join(OUT, 'browser.bundle.js');
  await Promise.all([
    build({
      ...shared,
      entryPoints: [join(OUT, 'server.js')],
      outfile: serverFile,
      platform: 'node',
      define: { ngDevMode: 'false', ngJitMode: 'false', ngServerMode: 'true' },
    }),
    build({
      ...shared,
      entryPoints: [join(OUT, 'browser.js')],
      outfile: browserFile,
      define: { ngJitMode: 'false', ngServerMode: 'false' },
    }),
  ]);
  const { render } = (await import(pathToFileURL(serverFile).href)) as {
    render(options: PageOptions, document: string, url: string): Promise<string>;
  };
  return {
    serverFile,
    browserFile,
    render: (options, url = 'http://127.0.0.1/', document = DOCUMENT) => render(options, document, url),
  };
}

/** @returns the files behind `@countersign/angular` and its entries */
async function libraryFiles(): Promise<Record<string, string>> {
  const { exports } = JSON.parse(await readFile(join(BUILT_LIBRARY, 'package.json'), 'utf8')) as {
    exports: Record<string, { default: string }>;
  };
  // The bundler takes the first that fits, and an entry begins with the name of the package.
  const names = Object.keys(exports).sort((a, b) => b.length - a.length);
  return Object.fromEntries(
    names.map((name) => [
      join('@countersign/angular', name),
      join(BUILT_LIBRARY, exports[name]?.default ?? ''),
    ]),
  );
}

const linking: Plugin = {
  name: 'angular-linker',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]fesm2022[\\/].*\.mjs$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes('ɵɵngDeclare')) return { contents: source, loader: 'js' };
      const result = await transformAsync(source, {
        filename: path,
        babelrc: false,
        configFile: false,
        compact: false,
        plugins: [linker],
      });
      return { contents: result?.code ?? source, loader: 'js' };
    });
  },
};
