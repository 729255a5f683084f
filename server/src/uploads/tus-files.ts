import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileStore } from '@tus/file-store';
import { Upload } from '@tus/server';
import type { FolderPlace } from '../platform/blob-store.ts';
import { unlessAbsent } from '../platform/stored-file.ts';
import type { TusDesk, TusWhole } from './tus-store.ts';

/** Uploads as files of a folder, each named by its id. Nothing is kept beside them: the database knows their sizes. */
export class UploadFiles extends FileStore implements TusWhole {
  readonly #desk: TusDesk;

  constructor({ folder: directory }: FolderPlace, desk: TusDesk) {
    const get = async (id: string): Promise<Upload> => {
      const { size } = await desk.lookUp(id);
      // An upload that has just begun has no file yet.
      await (await open(join(directory, id), 'a', 0o600)).close();
      return new Upload({ id, size, offset: 0 });
    };
    const configstore = { get, set: async () => undefined, delete: async () => undefined };
    super({ directory, configstore });
    this.#desk = desk;
  }

  /**
   * Waits for the disk: what an offset says is there.
   *
   * @throws what the disk fails with, by its code: that of the library says nothing
   */
  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const signal = this.#desk.accept();
    const file = createWriteStream(join(this.directory, id), { flags: 'r+', start: offset, flush: true });
    await pipeline(body, file, { signal });
    return offset + file.bytesWritten;
  }

  async makeWhole(id: string): Promise<number> {
    const found = await stat(join(this.directory, id)).catch(unlessAbsent);
    return found?.size ?? 0;
  }
}
