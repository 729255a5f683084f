import { callRule, SchematicsException, type Rule, type Tree } from '@angular-devkit/schematics';
import { addRootProvider } from '@schematics/angular/utility';
import { catchError } from 'rxjs';
import type { Application } from './application.ts';
import { literal } from './literal.ts';
import type { CheckedOptions } from './options.ts';

/** `import { ..., provideResourceUrls, ... } from '@countersign/angular'`; one in a comment is none. */
const PROVIDED = /^\s*import\s*\{[^}]*\bprovideResourceUrls\b[^}]*\}\s*from\s*['"]@countersign\/angular['"]/m;

/** One in a comment counts too: a second provider would undo the interceptors of the first. */
const HTTP_CLIENT_PROVIDED = /\bprovideHttpClient\s*\(|\bHttpClientModule\b/;

/** The file of the application that provides resource URLs already. */
export function findResourceUrls(tree: Tree, application: Application): string | undefined {
  return findSource(tree, application, PROVIDED);
}

/** Whether the application provides `HttpClient` with a configuration of its own. */
export function providesHttpClient(tree: Tree, application: Application): boolean {
  return findSource(tree, application, HTTP_CLIENT_PROVIDED) !== undefined;
}

/** `provideHttpClient()` */
export function addHttpClient({ name }: Application): Rule {
  return orByHand(
    addRootProvider(
      name,
      ({ code, external }) => code`${external('provideHttpClient', '@angular/common/http')}()`,
    ),
    'provideHttpClient()',
  );
}

/** `provideResourceUrls({ ... })` */
export function addResourceUrls({ name }: Application, options: CheckedOptions): Rule {
  const config = configLiteral(options);
  return orByHand(
    addRootProvider(
      name,
      ({ code, external }) => code`${external('provideResourceUrls', '@countersign/angular')}(${config})`,
    ),
    `provideResourceUrls(${config})`,
  );
}

/** What `provideResourceUrls` takes, as source text. */
export function configLiteral({ api, deliveryOrigin }: CheckedOptions): string {
  const origins = deliveryOrigin === undefined ? '' : `, deliveryOrigins: [${literal(deliveryOrigin)}]`;
  return `{ api: ${literal(api)}${origins} }`;
}

/** There are ways to start an application that no schematic can follow. */
function orByHand(rule: Rule, expression: string): Rule {
  const advice = `Write ${expression} into the providers of the application yourself`;
  return (tree, context) =>
    callRule(rule, tree, context).pipe(
      catchError((error: unknown) => {
        throw new SchematicsException(`${advice}: ${error instanceof Error ? error.message : String(error)}`);
      }),
    );
}

function findSource(tree: Tree, { sourceRoot }: Application, pattern: RegExp): string | undefined {
  let found: string | undefined;
  tree.getDir(sourceRoot).visit((path, entry) => {
    if (found !== undefined || !/(?<!\.spec|\.d)\.ts$/.test(path)) return;
    if (pattern.test(entry?.content.toString() ?? '')) found = path.replace(/^\//, '');
  });
  return found;
}
