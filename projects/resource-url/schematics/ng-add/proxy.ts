import type { Rule, SchematicContext, Tree } from '@angular-devkit/schematics';
import { updateWorkspace } from '@schematics/angular/utility';
import { JSONFile } from '@schematics/angular/utility/json-file';
import type { Application } from './application.ts';

interface ProxyEntry {
  readonly target: string;
  readonly changeOrigin: true;
  readonly pathRewrite?: Record<string, string>;
}

/** Where the server has the signing API. */
const SERVER_API = '/api/resources';

/**
 * Lets `ng serve` hand the signing API, and the direct paths that development mode shows, on to a running server. Signed
 * URLs name the server themselves. Entries that are there stay.
 */
export function addProxy(application: Application, server: string, api: string): Rule {
  return (tree, context) => {
    const entries = proxyEntries(server, api);
    const inProject = application.root ? `${application.root}/proxy.conf.json` : 'proxy.conf.json';
    const file = application.proxyConfig ?? inProject;
    if (!application.served) {
      context.logger.warn(`The project "${application.name}" has no target "serve": no proxy was set up.`);
      return;
    }
    if (!writeEntries(tree, context, file, server, entries)) return;
    return application.proxyConfig === undefined ? useProxyConfig(application.name, file) : undefined;
  };
}

/** By path of the request; none for the API when it is on another origin, which needs no proxy. */
function proxyEntries(server: string, api: string): Record<string, ProxyEntry> {
  const target = { target: server, changeOrigin: true } as const;
  const direct = { '/assets/deployed': target };
  if (!api.startsWith('/')) return direct;
  if (api === SERVER_API) return { '/api': target, ...direct };
  const pattern = `^${api.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
  return { [api]: { ...target, pathRewrite: { [pattern]: SERVER_API } }, ...direct };
}

/** @returns whether the file now holds an entry for everything */
function writeEntries(
  tree: Tree,
  { logger }: SchematicContext,
  file: string,
  server: string,
  entries: Record<string, ProxyEntry>,
): boolean {
  if (!tree.exists(file)) {
    if (!file.endsWith('.json')) return cannotEdit();
    tree.create(file, `${JSON.stringify(entries, undefined, 2)}\n`);
    logger.info(`Wrote ${file}: ng serve hands ${Object.keys(entries).join(' and ')} on to ${server}.`);
    return true;
  }
  const json = file.endsWith('.json') ? new JSONFile(tree, file) : undefined;
  const root = json?.get([]);
  if (!json || typeof root !== 'object' || root === null || Array.isArray(root)) return cannotEdit();
  for (const [path, entry] of Object.entries(entries)) {
    if (json.get([path]) !== undefined) {
      logger.info(`${file} has an entry for ${path} already, which stays as it is.`);
      continue;
    }
    json.modify([path], { ...entry }, false);
    logger.info(`Added ${path} to ${file}.`);
  }
  return true;

  function cannotEdit(): false {
    logger.warn(`${file} is not a JSON object. Add this to it:\n${JSON.stringify(entries, undefined, 2)}`);
    return false;
  }
}

function useProxyConfig(project: string, file: string): Rule {
  return updateWorkspace(({ projects }) => {
    const serve = projects.get(project)?.targets.get('serve');
    if (serve) serve.options = { ...serve.options, proxyConfig: file };
  });
}
