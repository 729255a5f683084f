// What the library adds to an application: linked, minified, `gzip -9`, beside two that others know, measured the same way.
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryBundle } from './bundle/library-bundle.ts';
import { linkedBundle } from './bundle/linked-bundle.ts';

/** A size, and the most it may be where it is ours. */
export interface Size {
  name: string;
  size: number;
  most?: number;
  unit: string;
}

const ANGULAR = ['@angular/core', '@angular/core/*', 'rxjs', 'rxjs/*', 'tslib'];
const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '..');

export async function run(): Promise<Size[]> {
  buildLibrary();
  const folder = join(workspace, 'dist/resource-url');
  const service = await libraryBundle(folder, { forTemplates: false });
  const whole = await libraryBundle(folder, { forTemplates: true });
  const image = await linkedBundle("export { NgOptimizedImage } from '@angular/common';", ANGULAR);
  const query = await linkedBundle(
    "export { injectQuery, provideTanStackQuery, QueryClient } from '@tanstack/angular-query-experimental';",
    [...ANGULAR, '@angular/*'],
  );
  const unit = 'B gzip';
  return [
    { name: 'size: service and provider', size: service.gzipBytes, most: 4500, unit },
    { name: 'size: resourceUrl() and all directives too', size: whole.gzipBytes, most: 7500, unit },
    { name: 'size: NgOptimizedImage', size: image.gzipBytes, unit },
    { name: 'size: TanStack Query, injectQuery', size: query.gzipBytes, unit },
  ];
}

/** What is measured is what these sources make, not what an earlier build left. */
function buildLibrary(): void {
  const cli = join(workspace, 'node_modules/@angular/cli/bin/ng.js');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'build', 'resource-url'], {
    cwd: workspace,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the library does not build:\n${stderr}`);
}
