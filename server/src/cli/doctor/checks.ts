import type { Check } from './check.ts';
import { configurationCheck, deliveryCheck, nodeCheck } from './configuration.ts';
import { bucketCheck } from './bucket.ts';
import { checkpointsCheck } from './checkpoints.ts';
import { blobsCheck, diskCheck } from './disk.ts';
import { databaseCheck, listenCheck } from './database.ts';
import { mastersCheck } from './masters.ts';
import { secretsCheck } from './secrets.ts';
import { issuerCheck, namedFilesCheck, redisCheck } from './services.ts';

/** Every check, in the order in which they are shown. A new part of the server adds its line here. */
export const checks: readonly Check[] = [
  nodeCheck,
  configurationCheck,
  secretsCheck,
  databaseCheck,
  mastersCheck,
  listenCheck,
  blobsCheck,
  bucketCheck,
  checkpointsCheck,
  diskCheck,
  deliveryCheck,
  issuerCheck,
  redisCheck,
  namedFilesCheck,
];
