/** Names under which Windows, macOS or a Linux desktop runs what is saved, whatever its bytes were declared to be. */
const RUNNABLE = new Set(
  (
    'apk app appref-ms appx bat chm cmd com command cpl desktop dll dmg exe hta inf jar jnlp js jse lnk mjs msc msi msix ' +
    'msp pif pkg ps1 py pyw pyz reg scf scr sh sys terminal url vb vbe vbs ws wsc wsf wsh xll'
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
