import { hostname } from 'node:os';
import { ipPrefix } from '../audit/ip-prefix.ts';
import { ReadingLog, type Reader } from '../audit/reading-log.ts';
import { version } from '../version.ts';
import type { OfflineDatabase } from './offline-database.ts';
import { operatorName } from './operator.ts';

/** The operator as the audit names whoever reads it. He is at the machine, so there is no network to name. */
export function operatorAsReader(tenantId: string): Reader {
  return {
    tenantId,
    actor: operatorName(),
    ipPrefix: ipPrefix(undefined),
    userAgent: `countersign/${version} cli`,
  };
}

/** Reading the audit is audited here too. Close it before the database. */
export function readingLog({ pools, log }: OfflineDatabase): ReadingLog {
  return new ReadingLog({ database: pools.tenants, holder: `${hostname()}:${process.pid}`, log });
}
