import { Readable } from 'node:stream';
import type { Assembly } from '../assembly.ts';
import { forTenant, readForTenant } from '../platform/tenant-database.ts';
import { findResources } from '../resources/store.ts';
import type { SampleTarget } from './sample-target.ts';

/** Puts samples where every upload goes: same checks, same keys, same audit. */
export function serverTarget({ db, intake, ownerKeys }: Assembly): SampleTarget {
  const names = new Map<string, string>();
  return {
    async ensureOwner(owner) {
      names.set(owner.id, owner.name);
      // Readable, unlike anybody else's, so that examples can name the path of a sample document.
      const readable = { ...owner, handle: owner.id };
      return forTenant(db, owner.tenantId, (connection) => ownerKeys.know(connection, readable));
    },
    async addResource({ tenantId, ownerId, kind, path, displayName, contentType, body }) {
      const name = names.get(ownerId) ?? ownerId;
      await intake.add({
        tenantId,
        owner: { id: ownerId, handle: await intake.handleOf({ tenantId, id: ownerId, name }) },
        actor: 'samples',
        kind,
        path,
        displayName,
        contentType,
        body: Readable.from([body]),
      });
    },
    async digestOf(tenantId, path) {
      const [found] = await readForTenant(db, tenantId, (connection) =>
        findResources(connection, [tenantId], [path]),
      );
      return found?.sha256;
    },
    async takenOf(tenantId, paths) {
      const found = await readForTenant(db, tenantId, (connection) =>
        findResources(
          connection,
          paths.map(() => tenantId),
          paths,
        ),
      );
      return new Set(found.map(({ path }) => path));
    },
  };
}
