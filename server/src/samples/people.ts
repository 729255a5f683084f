/** Tenant of the embedded mode. */
export const SAMPLE_TENANT = 'default';

/** Somebody as whom one can sign in to the embedded mode without a password. */
export interface SamplePerson {
  id: 'ada' | 'grace' | 'admin';
  name: string;
  /** Role as in a token's `roles`. */
  role: 'tenantMember' | 'tenantAdmin';
}

/** The sample people: two employees who own the pictures, and who may revoke them. */
export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  { id: 'ada', name: 'Ada Lovelace', role: 'tenantMember' },
  { id: 'grace', name: 'Grace Hopper', role: 'tenantMember' },
  { id: 'admin', name: 'Admin', role: 'tenantAdmin' },
];
