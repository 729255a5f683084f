import { z } from 'zod';

const limit = (what: string) =>
  z.coerce.number().int().min(0).optional().describe(`[Quota](limits.md#quotas): ${what}`);

/** Variables about how much may be stored. */
export const quotaEnvironment = {
  USER_QUOTA_BYTES: limit('bytes that one owner may store, older versions included. Not set: no limit.'),
  USER_QUOTA_RESOURCES: limit('files that one owner may store. Not set: no limit.'),
  TENANT_QUOTA_BYTES: limit('bytes that a tenant may store. Not set: no limit.'),
  TENANT_QUOTA_RESOURCES: limit('files that a tenant may store. Not set: no limit.'),
  USER_QUOTA_COLLECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe(
      '[Quota](limits.md#quotas): collections that a person may make who lacks `collection:manage`, archived ones included.',
    ),
  TENANT_QUOTA_COLLECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe('[Quota](limits.md#quotas): collections that a tenant may have, archived ones included.'),
  COLLECTION_QUOTA_MEMBERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('[Quota](limits.md#quotas): members that a collection may have.'),
};

/** @returns the quotas in the names of CountersignConfig */
export function quotasOf(variables: {
  [Name in keyof typeof quotaEnvironment & `${string}_${'BYTES' | 'RESOURCES'}`]?: number | undefined;
}): Record<'userBytes' | 'userResources' | 'tenantBytes' | 'tenantResources', number | null> {
  return {
    userBytes: variables.USER_QUOTA_BYTES ?? null,
    userResources: variables.USER_QUOTA_RESOURCES ?? null,
    tenantBytes: variables.TENANT_QUOTA_BYTES ?? null,
    tenantResources: variables.TENANT_QUOTA_RESOURCES ?? null,
  };
}
