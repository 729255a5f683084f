import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { builtInRoles, permissionNames, permissions } from '../identity/permissions.ts';
import { RoleTable } from '../identity/roles.ts';
import type { AnyContract } from '../platform/route.ts';
import { routeName } from './documented-routes.ts';

/**
 * What a cell of the matrix says. `yes`: everything of the tenant; `own`: what is one's own, and public; `public`: what
 * is public; `no`: refused.
 */
export type Cell = 'yes' | 'own' | 'public' | 'no';

/** Those who have no role: without a token, and with one. */
export const NOBODY = 'no token';
export const NO_ROLE = 'no role';

/** The columns of the matrix. */
export const callers: readonly string[] = [NOBODY, NO_ROLE, ...builtInRoles.keys()];

const PAGE = fileURLToPath(new URL('../../../docs/permissions.md', import.meta.url));
const roles = new RoleTable();

/** @returns docs/permissions.md as it is */
export const committedPage = (): Promise<string> => readFile(PAGE, 'utf8');

/** @returns the page as roles and contracts make it; its own words stay */
export async function generatedPage(contracts: readonly AnyContract[]): Promise<string> {
  const tables: Readonly<Record<string, string[]>> = {
    permissions: permissionTable(),
    matrix: matrixTable(contracts),
  };
  let page = await committedPage();
  for (const [name, lines] of Object.entries(tables)) {
    page = page.replace(
      new RegExp(`(<!-- generated: ${name} -->\n)[^]*?(<!-- end -->)`),
      (_all, start: string, end: string) => `${start}\n${lines.join('\n')}\n\n${end}`,
    );
  }
  return format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

/** Takes the generated page as the right one. */
export const writePage = (text: string): Promise<void> => writeFile(PAGE, text);

/** @returns the cells of the matrix as a page shows them: route -> caller -> cell */
export function matrixOf(page: string): Map<string, Map<string, Cell>> {
  const [, text = ''] = /<!-- generated: matrix -->([^]*?)<!-- end -->/.exec(page) ?? [];
  const rows = [...text.matchAll(/^\| `(.+?)` *\|(.*)\|$/gm)];
  return new Map(
    rows.map(([, route = '', cells = '']) => {
      const words = cells.split('|').map((cell) => cell.trim() as Cell);
      return [route, new Map(callers.map((caller, index) => [caller, words[index] ?? 'no']))];
    }),
  );
}

function permissionTable(): string[] {
  return [
    '| permission | lets somebody | roles |',
    '| --- | --- | --- |',
    ...permissionNames.map((name) => {
      const { allows, ...more } = permissions[name];
      const given = [...builtInRoles.keys()].filter((role) => roles.permissionsOf([role]).has(name));
      return `| \`${name}\` | ${allows}${'reserved' in more ? ' (for later)' : ''} | ${given.join(', ')} |`;
    }),
  ];
}

function matrixTable(contracts: readonly AnyContract[]): string[] {
  return [
    `| call | ${callers.join(' | ')} |`,
    `| --- |${' --- |'.repeat(callers.length)}`,
    ...contracts.map((contract) => {
      const cells = callers.map((caller) => cellOf(contract, caller));
      return `| \`${routeName(contract)}\` | ${cells.join(' | ')} |`;
    }),
  ];
}

function cellOf({ access, permission, ofOthers }: AnyContract, caller: string): Cell {
  const given: ReadonlySet<string> = roles.permissionsOf([caller]);
  if (caller === NOBODY && access !== 'anonymous') return 'no';
  if (permission && !given.has(permission)) return 'no';
  if (!ofOthers || given.has(ofOthers)) return 'yes';
  return caller === NOBODY ? 'public' : 'own';
}
