import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { keyId } from '../audit/signing-key.ts';
import { receiptSchema } from '../leases/answer-receipt.ts';
import { canonicalJson, type Json } from './canonical-json.ts';

/** Format of a certificate, and the domain of its signature. */
export const CERTIFICATE_FORMAT = 'countersign-erasure-1';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

const chainHeads = z
  .object({
    at: z.iso.datetime(),
    chains: count,
    digest: hex32.describe('SHA-256 over a line `writer batchNo seal` for each chain'),
    events: z.object({ batchNo: count, seal: hex32 }).nullable().describe('The chain of events'),
  })
  .meta({ id: 'AuditHeads' });

/** What is signed, and the signature. */
export const certificateSchema = z
  .object({
    format: z.literal(CERTIFICATE_FORMAT),
    erasureId: z.string(),
    tenant: z.string(),
    origin: z.string().describe('Which deployment'),
    orderedAt: z.iso.datetime(),
    completedAt: z.iso.datetime(),
    steps: z.array(z.object({ step: z.string(), doneAt: z.iso.datetime() })),
    held: z.object({
      resources: count,
      bytes: count,
      byKind: z.array(z.object({ kind: z.string(), resources: count, bytes: count })),
      pathSalt: z.string().regex(/^[0-9a-f]{32}$/),
      objects: z
        .array(z.object({ pathHash: hex32, size: count, deletedAt: z.iso.datetime() }))
        .describe('The first 1000; `pathHash` is SHA-256 over pathSalt and the path'),
      digest: hex32.describe('SHA-256 over a line `pathHash size deletedAt` for each object'),
    }),
    deleted: z.object({
      objects: count.describe('Each was read after it was deleted, and was not there'),
      absent: count
        .optional()
        .describe('Objects that the store did not have before, so that nothing was deleted; absent: 0'),
      derivatives: count
        .optional()
        .describe(
          'Smaller pictures and posters of them, read like they after; absent: from before there were any',
        ),
      resourceRows: count,
      auditRows: count.describe('Rows of the audit that lost their personal columns'),
      keys: count.describe('Generations of signature keys whose salt is destroyed'),
      memberships: count
        .exactOptional()
        .describe('Collections of which the person was a member; certificates of earlier releases lack it'),
    }),
    receipt: receiptSchema.nullable().describe('Of the revocation; null: only the audit named the person'),
    seals: z.object({ before: chainHeads, after: chainHeads }),
    probes: z.object({
      before: z.iso.datetime(),
      after: z.iso.datetime(),
      urls: count.describe('URLs that worked before, of those that were tried'),
      gateways: z.array(z.object({ address: z.string(), worked: count, refused: count, unanswered: count })),
      allRefused: z.boolean().describe('Whether each gateway refused each URL that it had delivered'),
    }),
    outside: z
      .object({
        epochs: z.array(z.number().int()).describe('Of the changes of this erasure, at most the first 1000'),
        checkpoints: z
          .string()
          .describe('Where signed checkpoints go, as the server that wrote this is set up'),
        text: z.string(),
      })
      .exactOptional()
      .describe('What is kept out of the reach of the database; certificates of earlier releases lack it'),
    backups: z.object({ heldUntil: z.iso.datetime().nullable(), text: z.string() }),
    key: z.string().describe('Which key signed it'),
    signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
  })
  .meta({ id: 'ErasureCertificate' });

/** Proof of an erasure, signed. */
export type Certificate = z.output<typeof certificateSchema>;

/** A certificate before it is signed. */
export type CertificateBody = Omit<Certificate, 'format' | 'key' | 'signature' | 'deleted'> & {
  deleted: Record<keyof Certificate['deleted'], number>;
};

const signedBytes = (body: Json): Buffer => Buffer.from(`${CERTIFICATE_FORMAT}\n${canonicalJson(body)}`);

/** @param key Ed25519, the one of the audit @returns canonical JSON, its signature included */
export function signCertificate(body: CertificateBody, key: KeyObject): string {
  const whole = { ...body, format: CERTIFICATE_FORMAT, key: keyId(key) };
  const signature = sign(null, signedBytes(whole), key).toString('base64url');
  return canonicalJson({ ...whole, signature });
}

/** What is wrong with a certificate; `undefined`: nothing. */
export type CertificateFault = 'no-certificate' | 'other-key' | 'bad-signature' | undefined;

/**
 * Verifies a certificate without any server.
 *
 * @param text the certificate, or the answer of `GET /erasures/{id}` that holds it; spaces and the order of members do not count
 * @param publicKeys those that are trusted
 */
export function verifyCertificate(
  text: string,
  publicKeys: readonly KeyObject[],
): { fault: CertificateFault; certificate?: Certificate } {
  const value = parse(text);
  const read = certificateSchema.strict().safeParse(value);
  if (!read.success) return { fault: 'no-certificate' };
  const certificate = read.data;
  const key = publicKeys.find((one) => keyId(one) === certificate.key);
  if (!key) return { fault: 'other-key', certificate };
  const { signature, ...body } = value as { signature: string } & Record<string, Json>;
  const holds = verify(null, signedBytes(body), key, Buffer.from(signature, 'base64url'));
  return holds ? { fault: undefined, certificate } : { fault: 'bad-signature', certificate };
}

function parse(text: string): unknown {
  try {
    const value = JSON.parse(text) as { certificate?: unknown } | null;
    return value?.certificate ?? value;
  } catch {
    return undefined;
  }
}

/** @returns SHA-256 over a line for each object */
export function digestOf(objects: readonly { pathHash: string; size: number; deletedAt: string }[]): string {
  const hash = createHash('sha256');
  for (const { pathHash, size, deletedAt } of objects) hash.update(`${pathHash} ${size} ${deletedAt}\n`);
  return hash.digest('hex');
}
