import { writeEvent } from '../audit/event.store.ts';
import { lockOwner } from '../keys/store.ts';
import { advanceEpoch } from '../leases/epoch.store.ts';
import type { Receipts } from '../leases/receipts.ts';
import { forTenant, type TenantDatabase } from '../platform/tenant-database.ts';
import { changeOwner } from '../resources/store.ts';
import type { GiveResource } from './carry-out.ts';
import { transferTarget } from './departure.ts';

/**
 * @returns what gives one resource to another owner and waits until no holder answers its old URLs. One that is gone
 *   meanwhile needs nothing. It throws `transferTarget` when the new owner is not active
 */
export function giverOf(db: TenantDatabase, receipts: Receipts): GiveResource {
  return async ({ tenantId, resourceId, to, actor, reason }) => {
    const epoch = await forTenant(db, tenantId, async (connection) => {
      const target = await lockOwner(connection, tenantId, to);
      if (target?.status !== 'active') {
        throw transferTarget(`There is no active owner ${JSON.stringify(to)} here.`);
      }
      const path = await changeOwner(connection, { tenantId, id: resourceId, ownerId: to });
      if (path === undefined) return undefined;
      const event = { event: 'resource-transferred', tenantId, actor, owner: to, path, resourceId, reason };
      await writeEvent(connection, event);
      return advanceEpoch(connection, { tenantId, change: 'path-transferred', ownerId: to, paths: [path] });
    });
    if (epoch !== undefined) await receipts.settle(epoch);
  };
}
