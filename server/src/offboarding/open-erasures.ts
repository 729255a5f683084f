import type { AuditProof } from '../audit/audit-proof.ts';
import type { Permission } from '../identity/permissions.ts';
import type { Principal } from '../identity/principal.ts';
import { ErasureSecrets } from './erasure-secrets.ts';
import { Erasures, type ErasuresOptions } from './erasures.ts';
import { LiveProbes } from './live-probes.ts';

/** What a server says of itself. */
export interface ErasureSettings {
  /** Public address of delivery, without a trailing slash. */
  deliveryUrl: string;
  masterSecret: string;
  masterSecretPrevious: readonly string[];
  gatewayAddresses: readonly string[];
  backupRetentionDays?: number | undefined;
  /** Where signed checkpoints go; default `checkpoints` in the data folder. */
  auditCheckpoints?: string | undefined;
}

/** The parts of a server that erasures work with. */
export type ErasureParts = Omit<
  ErasuresOptions,
  'probes' | 'secrets' | 'sign' | 'origin' | 'backupDays' | 'proof' | 'checkpoints'
> & {
  proof: AuditProof;
  /** Signs as `Signer.sign` does. */
  signer: {
    sign(
      request: { path: string; reason: string },
      caller: { principal: Principal; ipPrefix: string; userAgent: string; fromForeignPage: boolean },
    ): Promise<{ url: string }>;
  };
};

/** Why the URLs of a probe are issued, in the audit. */
const PROBE_REASON = 'erasure_probe';

/** @returns erasures as this server carries them out */
export function erasuresOf(settings: ErasureSettings, { signer, ...parts }: ErasureParts): Erasures {
  const { deliveryUrl, masterSecret, masterSecretPrevious, gatewayAddresses, backupRetentionDays } = settings;
  return new Erasures({
    ...parts,
    probes: new LiveProbes({ gateways: [deliveryUrl, ...gatewayAddresses] }),
    secrets: new ErasureSecrets(masterSecret, masterSecretPrevious),
    origin: deliveryUrl,
    backupDays: backupRetentionDays,
    checkpoints: settings.auditCheckpoints ?? 'checkpoints in DATA_DIR',
    sign: async (tenantId, path) => {
      const caller = { principal: prober(tenantId), ipPrefix: '', userAgent: '', fromForeignPage: false };
      const { url } = await signer.sign({ path, reason: PROBE_REASON }, caller);
      return url.slice(deliveryUrl.length);
    },
  });
}

/** Nobody: the server itself, which may sign what it is about to erase. */
const prober = (tenantId: string): Principal => ({
  ...{ tenantId, id: 'system', name: 'system', anonymous: false, kind: 'service' as const, roles: [] },
  permissions: new Set<Permission>(['resource:view-all']),
});
