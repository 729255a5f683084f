import { z } from 'zod';
import type { ApiRoutes } from '../identity/route-access.ts';
import type { AuditProof } from './audit-proof.ts';
import { checkpointKeyExample, verifyExample } from './examples.ts';
import { comparedWith } from './findings.ts';

const finding = z
  .object({
    kind: z.string().describe('e.g. `row-changed`; docs/audit.md lists them'),
    writer: z.string().optional(),
    batchNo: z.number().optional(),
    rowNo: z.number().optional(),
    day: z.string().optional(),
    text: z.string(),
  })
  .meta({ id: 'AuditFinding' });

const report = z
  .object({
    compared: z
      .enum(['seals', 'seals-and-checkpoints'])
      .describe(
        '`seals`: no checkpoint was compared, so a chain that was written anew, or cut, cannot be told',
      ),
    holds: z.boolean().describe('Nothing is wrong, as far as what was compared tells'),
    rows: z.number(),
    batches: z.number(),
    writers: z.number(),
    checkpoints: z.number(),
    notShown: z.number().describe('Rows that a filtered export leaves out; of a database none'),
    unwitnessed: z.number().describe('Rows that no checkpoint has seen yet'),
    erased: z.number(),
    retired: z.number(),
    retiredThrough: z.string().nullable(),
    beforeSeals: z.number(),
    findings: z.array(finding),
    findingsTotal: z.number(),
  })
  .meta({ id: 'AuditReport' });

const checkpointKey = z.object({ key: z.string(), publicKey: z.string() }).meta({ id: 'CheckpointKey' });

/** Proof of the audit log. */
export function auditProofRoutes(routes: ApiRoutes, proof: AuditProof): void {
  routes.add(
    {
      operationId: 'verifyAudit',
      tag: 'audit',
      method: 'post',
      path: '/audit/verify',
      summary: 'Verifies the whole log, of all tenants, against its seals and this server’s checkpoints',
      access: 'signed-in',
      permission: 'audit:verify',
      responses: {
        200: { description: 'What was found; it names places, never what a row holds', schema: report },
      },
      problems: ['sign-in-required', 'forbidden', 'verification-running'],
      example: verifyExample,
    },
    async ({ response }) => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const { retiredThrough = null, ...rest } = await proof.verify(gone.signal);
      return { compared: comparedWith(rest), ...rest, retiredThrough };
    },
  );

  routes.add(
    {
      operationId: 'getCheckpointKey',
      tag: 'audit',
      method: 'get',
      path: '/audit/checkpoint-key',
      summary: 'The public key that verifies this server’s audit checkpoints',
      access: 'anonymous',
      responses: {
        200: {
          description: 'Ed25519, SPKI in PEM; an auditor writes it down once and compares',
          schema: checkpointKey,
        },
      },
      problems: [],
      example: checkpointKeyExample,
    },
    () => proof.publicKey(),
  );
}
