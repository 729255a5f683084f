import { acceptedType } from './accepted-type.ts';

/** A file that was dropped, chosen or pasted, and not taken. */
export interface RefusedFile {
  readonly name: string;
  /** `folder`: it is one; `unsupported-type`: it is none of `accept`; `too-many`: only one is taken. */
  readonly reason: 'folder' | 'unsupported-type' | 'too-many';
}

/** What came with one gesture. */
export interface TransferredFiles {
  readonly files: readonly File[];
  readonly refused: readonly RefusedFile[];
}

/** Whether a gesture carries files at all, as far as can be told before they are dropped. */
export function carriesFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer?.types.includes('Files') ?? false;
}

/** Sorts what was dropped or pasted. Has to be called while the event is being handled: then the files are gone. */
export function readTransfer(transfer: DataTransfer): TransferredFiles {
  const [files, refused] = [[] as File[], [] as RefusedFile[]];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) refused.push({ name: entry.name, reason: 'folder' });
    else if (file) files.push(file);
  }
  return { files, refused };
}

/** Keeps what may be taken, in order. */
export function select(
  { files, refused }: TransferredFiles,
  { accept, multiple }: { readonly accept: string; readonly multiple: boolean },
): TransferredFiles {
  const accepted = files.filter((file) => acceptedType(file, accept));
  const others = files.filter((file) => !accepted.includes(file));
  const taken = multiple ? accepted : accepted.slice(0, 1);
  return {
    files: taken,
    refused: [
      ...refused,
      ...others.map(({ name }) => ({ name, reason: 'unsupported-type' as const })),
      ...accepted.slice(taken.length).map(({ name }) => ({ name, reason: 'too-many' as const })),
    ],
  };
}
