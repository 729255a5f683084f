import { SchematicsException, type Tree } from '@angular-devkit/schematics';
import { readWorkspace, type ProjectDefinition } from '@schematics/angular/utility';

/** The application to change. */
export interface Application {
  readonly name: string;
  /** Folder of the project, `''` for the workspace's own. */
  readonly root: string;
  /** Folder of its sources, e.g. `src`. */
  readonly sourceRoot: string;
  /** Configuration file of the proxy that `ng serve` uses already. */
  readonly proxyConfig: string | undefined;
  /** Whether there is an `ng serve` for it. */
  readonly served: boolean;
}

/**
 * @param name as somebody wrote it, or nothing: then the workspace's only application
 * @throws SchematicsException when there is no such application; the message names those there are
 */
export async function findApplication(tree: Tree, name: string | undefined): Promise<Application> {
  const { projects } = await readWorkspace(tree);
  const applications = [...projects].filter(([, project]) => isApplication(project));
  const names = applications.map(([each]) => each).join(', ') || 'none';
  const only = applications.length === 1 ? applications[0]?.[0] : undefined;
  const chosen = name ?? only;
  if (chosen === undefined) {
    throw new SchematicsException(`Which application? Write --project NAME. There are: ${names}.`);
  }
  const project = projects.get(chosen);
  if (!project || !isApplication(project)) {
    const what = project ? 'is no application' : 'does not exist';
    throw new SchematicsException(`The project "${chosen}" ${what}. Applications here: ${names}.`);
  }
  const { root, sourceRoot = root ? `${root}/src` : 'src' } = project;
  const serve = project.targets.get('serve');
  const proxyConfig = serve?.options?.['proxyConfig'];
  return {
    name: chosen,
    root,
    sourceRoot,
    proxyConfig: typeof proxyConfig === 'string' ? proxyConfig : undefined,
    served: serve !== undefined,
  };
}

function isApplication({ extensions }: ProjectDefinition): boolean {
  return extensions['projectType'] === 'application';
}
