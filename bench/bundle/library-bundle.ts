import { builtLibrary, linkedBundle, type LinkedBundle } from './linked-bundle.ts';

/** What every Angular application has already. */
const PROVIDED = ['@angular/*', 'rxjs', 'rxjs/*', 'tslib'];

/**
 * @param folder absolute path of the built library
 * @param forTemplates whether `resourceUrl()` and every directive of the primary entry are used too
 * @returns the bundle and the names in it
 */
export async function libraryBundle(
  folder: string,
  { forTemplates }: { forTemplates: boolean },
): Promise<LinkedBundle & { names: readonly string[] }> {
  const library = await builtLibrary(folder);
  const names = ['provideResourceUrls', 'ResourceUrlService', ...(forTemplates ? library.forTemplates : [])];
  const entry = `export { ${names.join(', ')} } from '@countersign/angular';`;
  return { ...(await linkedBundle(entry, PROVIDED, { '@countersign/angular': library.file })), names };
}
