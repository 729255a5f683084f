const KEY = 'countersign.person';

/** @returns the id of the person chosen last in this tab; undefined also where storage is forbidden */
export function rememberedPerson(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberPerson(id: string): void {
  try {
    sessionStorage.setItem(KEY, id);
  } catch {
    // Storage is a convenience: without it the next load starts as the first visitor.
  }
}
