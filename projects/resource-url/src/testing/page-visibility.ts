/** Hides the page, or shows it again, as browsers do when another tab is looked at. */
export function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}

/** What the browser itself says again. */
export function restoreVisibility(): void {
  Reflect.deleteProperty(document, 'hidden');
}
