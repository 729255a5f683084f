import { z } from 'zod';
import type { AnyContract } from '../platform/route.ts';

const liveness = z.object({ status: z.literal('live') }).meta({ id: 'Liveness' });

const readiness = z
  .object({
    status: z.enum(['ready', 'lease-expired', 'database-behind']),
    epoch: z.int().describe('The latest change that this server has applied'),
    strayAuditRows: z.int().describe('Audit rows that found no day; more than 0 is an alert'),
    checkpoints: z
      .string()
      .optional()
      .describe('Since when receipts wait for AUDIT_CHECKPOINTS; absent when they do not'),
    policy: z.string().optional().describe('What is wrong with the policy file; absent when nothing is'),
  })
  .meta({ id: 'Readiness' });

/** Health for the OpenAPI document. */
export const healthContracts: readonly AnyContract[] = [
  {
    operationId: 'getLiveness',
    tag: 'health',
    method: 'get',
    path: '/health/live',
    summary: 'Whether the process runs',
    access: 'anonymous',
    responses: { 200: { description: 'It does', schema: liveness } },
    problems: ['not-started'],
    example: { answers: { 200: { status: 'live' } } },
  },
  {
    operationId: 'getReadiness',
    tag: 'health',
    method: 'get',
    path: '/health/ready',
    summary: 'Whether the server may serve: it knows what was revoked',
    access: 'anonymous',
    responses: {
      200: { description: 'It may', schema: readiness },
      503: { description: 'It may not now, or could not start', schema: readiness },
    },
    problems: [],
    example: {
      answers: {
        200: { status: 'ready', epoch: 42, strayAuditRows: 0 },
        503: { status: 'lease-expired', epoch: 42, strayAuditRows: 0 },
      },
    },
  },
];
