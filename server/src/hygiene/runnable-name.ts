/** Names under which Windows, macOS or a Linux desktop runs what is saved, whatever its bytes were declared to be. */
const RUNNABLE = new Set(
  (
    'apk app bat chm cmd com cpl dll dmg exe hta inf jar js jse lnk mjs msc msi msp pif pkg ps1 reg scf scr sh sys url ' +
    'vb vbe vbs wsf wsh'
  ).split(' '),
);

/**
 * @param name a file name as people see it
 * @returns the extension by which it would be run, lower case; undefined: it would not
 */
export function runnableExtension(name: string): string | undefined {
  // Windows drops blanks and dots at the end of a name.
  const extension = /\.([^.]+)$/.exec(name.replace(/[\s.]+$/, ''))?.[1]?.toLowerCase();
  return extension !== undefined && RUNNABLE.has(extension) ? extension : undefined;
}
