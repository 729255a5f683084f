import { randomId } from '../platform/ids.ts';
import type { TenantConnection } from '../platform/tenant-database.ts';
import { discardBlob, replaceBytes, type LockedResource } from './change.store.ts';
import type { Growth } from './quotas.ts';
import { resourceKinds, type Resource } from './resource.ts';
import { storedName } from './stored-name.ts';
import {
  insertVersion,
  lockVersions,
  presentBytes,
  removeVersion,
  type KeptVersion,
} from './version.store.ts';

/** What takes the place of the bytes that are there. */
export interface NewBytes extends Pick<Resource, 'contentType' | 'objectKey' | 'size' | 'sha256'> {
  /** Principal id of who brings them. */
  uploadedBy: string;
}

/** @returns whether what is overwritten of this kind stays as a version */
export function keepsVersions(kind: string): boolean {
  const known = (resourceKinds as Readonly<Record<string, { keepsVersions: boolean }>>)[kind];
  return known?.keepsVersions === true;
}

/**
 * Puts bytes in the place of others. Those become a version, the oldest ones go where there are too many, and what is kept
 * nowhere is to be removed. What was in quarantine is never kept.
 *
 * @param most versions of one resource
 * @param require takes room for what comes, once what goes is gone
 * @returns paths of versions that are gone
 */
export async function replaceKeeping(
  connection: TenantConnection,
  resource: LockedResource,
  bytes: NewBytes,
  { most, require }: { most: number; require?: (growth: Growth) => Promise<void> },
): Promise<string[]> {
  const present =
    most > 0 && keepsVersions(resource.kind) ? await presentBytes(connection, resource) : undefined;
  const gone = (await lockVersions(connection, resource)).slice(present ? most - 1 : most);
  for (const version of gone) await removeVersion(connection, version);
  await require?.({ resources: 0, bytes: bytes.size - (present ? 0 : (resource.size ?? 0)) });
  await replaceBytes(connection, resource, bytes);
  if (present) {
    const name = storedName(`v${present.version}`, present.contentType, present.uploadedAt);
    // Below the path it had, so that whatever is done to all that begins with that path is done to it too.
    await insertVersion(connection, resource, present, {
      id: `res_${randomId()}`,
      path: `${resource.path}/${name}`,
    });
  } else if (resource.objectKey !== null) {
    await discardBlob(connection, resource.tenantId, resource.objectKey);
  }
  return pathsOf(gone);
}

/** Does the same to each version of a resource whose lock is held. @returns their paths */
export async function withVersions(
  connection: TenantConnection,
  resource: Pick<Resource, 'tenantId' | 'id'>,
  work: (version: KeptVersion) => Promise<unknown>,
): Promise<string[]> {
  const versions = await lockVersions(connection, resource);
  for (const version of versions) await work(version);
  return pathsOf(versions);
}

const pathsOf = (versions: readonly KeptVersion[]): string[] => versions.map(({ path }) => path);
