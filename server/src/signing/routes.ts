import type { Request, Response } from 'express';
import { z } from 'zod';
import { ipPrefix } from '../audit/ip-prefix.ts';
import { principalOf } from '../identity/authenticate.ts';
import { addressOf } from '../identity/client-address.ts';
import type { RequestLimits } from '../identity/request-limits.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import type { SiteOrigins } from '../identity/site-origins.ts';
import { DERIVATIVE_FORMATS, DERIVATIVE_WIDTHS } from '../derivatives/derivative-name.ts';
import type { Lease } from '../leases/lease.ts';
import { invalidRequest, Problem } from '../platform/problem.ts';
import { signBatchExample, signExample } from './examples.ts';
import type { Caller, Signer } from './signer.ts';

const MOST_AT_ONCE = 200;
const SIGNATURES =
  'Each URL that is asked for counts against `signatures`; without signing in against `anonymous-signatures` and `anonymous-tenant`.';

const signRequest = z
  .strictObject({
    path: z.string().min(1).max(1024).describe('Canonical key, e.g. public/team/avatar-2.jpg'),
    expiryMinutes: z
      .int()
      .min(1)
      .max(10_080)
      .optional()
      .describe('Whole minutes; default and maximum by policy'),
    reason: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[\w.:-]+$/, 'letters, digits and _ . : - only')
      .describe('Why, for the audit, e.g. team_member_photo'),
    width: z
      .literal(DERIVATIVE_WIDTHS)
      .optional()
      .describe('Of a smaller picture, at most so many pixels wide; of a film, of its poster'),
    format: z.enum(DERIVATIVE_FORMATS).optional().describe('Of the smaller picture; default webp'),
  })
  .refine(({ width, format }) => format === undefined || width !== undefined, {
    error: 'goes with width',
    path: ['format'],
  })
  .meta({ id: 'SignRequest' });

const signedAnswer = z
  .object({
    url: z.url().describe('Opens the resource; take it as it is'),
    expiresAt: z.iso.datetime(),
    signatureId: z
      .string()
      .regex(/^sig_[A-Za-z0-9_-]{22}$/)
      .describe('Joins this issuance to every later access in the audit'),
  })
  .meta({ id: 'SignedAnswer' });

const batchError = z
  .object({
    error: z.object({
      code: z.string().describe('As of a problem'),
      status: z.number().int(),
      detail: z.string().optional(),
    }),
  })
  .meta({ id: 'BatchError' });

/** One entry that is not valid must not take the others of the page with it. */
const batchEntry = z.union([
  signRequest,
  z
    .unknown()
    .describe('Anything else: the answer has an error in its place')
    .transform((entry): Problem => {
      const issue = signRequest.safeParse(entry).error?.issues[0];
      return invalidRequest(`${issue?.path.join('.') || 'entry'}: ${issue?.message ?? 'not valid'}`);
    }),
]);

const batchRequest = z
  .strictObject({ resources: z.array(batchEntry).min(1).max(MOST_AT_ONCE) })
  .meta({ id: 'SignBatchRequest' });

const batchAnswer = z
  .object({
    results: z
      .array(z.union([signedAnswer, batchError]))
      .describe('One for each entry of the request, in its order'),
  })
  .meta({ id: 'SignBatchAnswer' });

const problems = [
  'invalid-request',
  'invalid-token',
  'hotlink',
  'not-allowed',
  'owner-revoked',
  'signatures-revoked',
  'audit-unavailable',
  'database-behind',
];

/** `POST /resources/sign` and `/resources/sign/batch`. */
export function signingRoutes(
  routes: ApiRoutes,
  parts: { signer: Signer; sites: SiteOrigins; limits: RequestLimits; lease: Pick<Lease, 'refused'> },
): void {
  const { signer, sites, limits, lease } = parts;
  routes.add(
    {
      operationId: 'signResource',
      tag: 'signing',
      method: 'post',
      path: '/resources/sign',
      summary: 'Sign one path',
      access: 'anonymous',
      ofOthers: 'resource:view-all',
      description: SIGNATURES,
      limit: 'sign',
      body: signRequest,
      responses: { 200: { description: 'The signed URL; its audit row is committed', schema: signedAnswer } },
      problems: [...problems, 'invalid-path', 'no-pictures', 'expiry-too-long'],
      example: signExample,
    },
    async ({ body, request, response }) => {
      if (lease.refused) throw lease.refused;
      await limits.signatures(response, 1);
      return signer.sign(body, callerOf(request, response, sites));
    },
  );

  routes.add(
    {
      operationId: 'signResources',
      tag: 'signing',
      method: 'post',
      path: '/resources/sign/batch',
      description: SIGNATURES,
      summary: `Sign up to ${MOST_AT_ONCE} paths in one audit transaction`,
      access: 'anonymous',
      ofOthers: 'resource:view-all',
      limit: 'sign',
      body: batchRequest,
      responses: { 200: { description: 'A URL or an error for each, in order', schema: batchAnswer } },
      problems,
      example: signBatchExample,
    },
    async ({ body, request, response }) => {
      if (lease.refused) throw lease.refused;
      const caller = callerOf(request, response, sites);
      await limits.signatures(response, body.resources.length);
      const outcomes = await signer.signMany(body.resources, caller);
      return {
        results: outcomes.map((outcome) => {
          if (!(outcome instanceof Problem)) return outcome;
          const { code, status, detail } = outcome;
          return { error: { code, status, ...(detail ? { detail } : {}) } };
        }),
      };
    },
  );
}

function callerOf(request: Request, response: Response, sites: SiteOrigins): Caller {
  const principal = principalOf(response);
  return {
    principal,
    ipPrefix: ipPrefix(addressOf(request)),
    userAgent: request.headers['user-agent'] ?? '',
    fromForeignPage: principal.anonymous && !sites.admits(request.headers),
  };
}
