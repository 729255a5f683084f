import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface PackageJson {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides?: Record<string, string>;
}

/** Versions that stand in for newer ones whose own dependencies some registries lack. */
const STAND_INS = { 'msgpackr-extract': '3.0.4', 'rolldown-plugin-dts': '0.28.3' };

/**
 * What a registry may lack of a fresh application's packages: a mirror gets some packages of one release days before
 * the others, and `ng new` names the newest. Where every package is published nobody needs this, so it is applied only
 * after a plain `npm install` has failed.
 *
 * @param folder of the application; its package.json is changed
 * @param major of Angular: any release of it will do
 */
export async function allowForRegistryGaps(folder: string, major: number): Promise<void> {
  const file = join(folder, 'package.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as PackageJson;
  for (const group of [json.dependencies, json.devDependencies]) {
    for (const name of Object.keys(group)) if (name.startsWith('@angular/')) group[name] = `^${major}.0.0`;
  }
  json.overrides = STAND_INS;
  await writeFile(file, JSON.stringify(json, null, 2));
}
