import type { Logger } from 'pino';
import type { BlobStore } from '../platform/blob-store.ts';
import type { Database } from '../platform/database.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { Leftovers } from '../resources/leftovers.ts';
import { Derivatives } from './derivatives.ts';
import { makersAtOnce, thisMachine } from './makers-at-once.ts';
import { UselessDerivatives } from './useless-derivatives.ts';

/** What smaller pictures are made of, and what removes them with their originals. */
export interface DerivativeParts {
  derivatives: Derivatives;
  leftovers: Leftovers;
}

/** @returns the parts as this server has them; `leftovers` is not started */
export function derivativePartsOf(
  { derivativesAtOnce, maxImagePixels }: { derivativesAtOnce: number; maxImagePixels: number },
  tools: {
    /** Acts as `holder`. */
    holder: Database;
    db: TenantDatabase;
    blobs: BlobStore;
    log: Logger;
  },
): DerivativeParts {
  const { holder, db, blobs, log } = tools;
  const leftovers = new Leftovers(holder, blobs, new UselessDerivatives(blobs), log);
  const atOnce = makersAtOnce(derivativesAtOnce, thisMachine());
  return {
    derivatives: new Derivatives({ db, blobs, atOnce, maxPixels: maxImagePixels }),
    leftovers,
  };
}
