import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { noteReceived } from './progress.store.ts';

const EVERY_MS = 500;

/** Tells how many bytes of one upload have arrived. */
export interface ProgressNote {
  /** @param received bytes of the file in all; costs nothing but a comparison most of the time */
  arrived(received: number): void;
  /** Nothing more arrives for now. */
  end(): void;
}

/**
 * Writes down how far uploads are, for those who watch: each at most twice a second, whatever arrives meanwhile. So an
 * upload that has ended, in whatever way and at whatever server, is noticed while its bytes arrive.
 */
export class UploadProgress {
  readonly #db: TenantDatabase;

  constructor(db: TenantDatabase) {
    this.#db = db;
  }

  /** @param onOver is told, at most once, that the upload takes no bytes any more */
  of({ tenantId, id }: { tenantId: string; id: string }, onOver: () => void): ProgressNote {
    let latest = 0;
    let written = 0;
    let isWriting = false;
    let hasEnded = false;
    let timer: NodeJS.Timeout | undefined;
    const write = async (): Promise<void> => {
      isWriting = true;
      written = latest;
      // Nobody's bytes depend on it.
      const isOpen = await forTenant(this.#db, tenantId, (connection) =>
        noteReceived(connection, id, written),
      ).catch(() => true);
      isWriting = false;
      if (!isOpen && !hasEnded) {
        hasEnded = true;
        onOver();
        return;
      }
      if (!hasEnded) timer = setTimeout(next, EVERY_MS).unref();
      else if (latest !== written) await write();
    };
    const next = (): void => {
      timer = undefined;
      if (latest !== written) void write();
    };
    return {
      arrived: (received) => {
        latest = received;
        if (timer === undefined && !isWriting && !hasEnded) void write();
      },
      end: () => {
        hasEnded = true;
        clearTimeout(timer);
        if (!isWriting && latest !== written) void write();
      },
    };
  }
}
