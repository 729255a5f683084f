import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { fileURLToPath } from 'node:url';
import { BUILT_LIBRARY, freshLibrary } from './fresh-library.ts';

const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));

const HTML =
  '<!doctype html><html><body><app-root></app-root><script type="module" src="page.js"></script></body></html>';

/**
 * Builds one file of TypeScript that starts an Angular application, against the library as it is published. It is compiled in
 * the browser: nothing of the file is changed before.
 *
 * @returns a script for the browser, as a production build is
 */
export async function builtRecipe(source: string): Promise<string> {
  await freshLibrary();
  const { outputFiles } = await build({
    stdin: { contents: `import '@angular/compiler';\n${source}`, loader: 'ts', resolveDir: WORKSPACE },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    absWorkingDir: WORKSPACE,
    alias: {
      '@countersign/angular/image': `${BUILT_LIBRARY}/fesm2022/countersign-angular-image.mjs`,
      '@countersign/angular': `${BUILT_LIBRARY}/fesm2022/countersign-angular.mjs`,
    },
    define: { ngDevMode: 'false', ngServerMode: 'false' },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** Opens a recipe at an address of this server, as if the server answered it. */
export async function openRecipe(page: Page, origin: string, script: string): Promise<void> {
  await page.route(`${origin}/recipe/*`, (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: HTML }),
  );
  await page.goto(`${origin}/recipe/page`);
}
