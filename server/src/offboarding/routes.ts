import type { Request, Response } from 'express';
import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { notFound, Problem } from '../platform/problem.ts';
import { answerHeaders } from '../platform/send-json.ts';
import { certificatePage } from './certificate-page.ts';
import { certificateSchema, type Certificate } from './certificate.ts';
import { CERTIFICATE_POLICY } from './certificate-style.ts';
import { ERASURE_STEPS, type ErasureRow } from './erasure.ts';
import type { Erasures } from './erasures.ts';
import { certificateExample, eraseExample, erasureExample } from './examples.ts';

const WAIT_MS = 5_000;

/** 400 `confirmation-mismatch`: what cannot be undone is not done by a wrong id in an address. */
const confirmationMismatch = (): Problem =>
  new Problem(
    400,
    'confirmation-mismatch',
    'The confirmation is not the id of the owner',
    'Nothing was erased. Send {"confirm": "..."} with the id that the address names; dryRun=true shows what would go.',
  );

const step = z.enum(ERASURE_STEPS);

const erasure = z
  .object({
    id: z.string(),
    status: z.enum(['under-way', 'done']),
    orderedAt: z.iso.datetime(),
    doneAt: z.iso.datetime().nullable(),
    next: step.nullable().describe('What is done next; null: nothing'),
    steps: z.array(z.object({ step, doneAt: z.iso.datetime() })).describe('What was done'),
    failure: z.string().nullable().describe('Why the last try ended; others follow'),
    certificate: certificateSchema.nullable(),
  })
  .meta({ id: 'Erasure' });

const plan = z
  .object({
    dryRun: z.literal(true),
    owner: z.string(),
    resources: z.number().int().describe('How many would be deleted'),
    bytes: z.number().int(),
    forOthers: z
      .number()
      .int()
      .describe('Of those, how many do not lie under users/: give them to somebody else first'),
    items: z
      .array(z.object({ path: z.string(), kind: z.string(), size: z.number().int() }))
      .describe('The first 200, in path order'),
  })
  .meta({ id: 'ErasurePlan' });

const params = z.object({ id: z.string().min(1).max(64).describe('As the order was answered') });

/** Erasures and their certificates. */
export function erasureRoutes(routes: ApiRoutes, erasures: Erasures): void {
  const found = async (response: Response, id: string): Promise<ErasureRow> => {
    const row = await erasures.find(principalOf(response).tenantId, id);
    if (!row) throw notFound(`There is no erasure ${JSON.stringify(id)} here.`);
    return row;
  };

  routes.add(
    {
      operationId: 'eraseOwner',
      tag: 'owners',
      method: 'post',
      path: '/owners/:id/erase',
      summary: 'Erase a person and everything they own, for ever, with a certificate',
      description:
        'Their keys are destroyed, stored objects deleted, rows removed, and the name leaves every other row. Repeating it gives the same certificate. What they own that is not personal goes too: give it to somebody else first.',
      access: 'signed-in',
      permission: 'owner:erase',
      params: z.object({ id: z.string().min(1).max(255).describe('Of the owner') }),
      query: z.strictObject({
        dryRun: z.enum(['true', 'false']).optional().describe('`true`: only tell what would go'),
      }),
      body: z
        .strictObject({ confirm: z.string().max(255).describe('The id of the owner again') })
        .meta({ id: 'ErasureOrder' })
        .optional(),
      responses: {
        200: {
          description: 'Done: the certificate; or, with dryRun, what would go',
          schema: z.union([erasure, plan]).meta({ id: 'ErasureAnswer' }),
        },
        202: {
          description: 'Ordered and under way; a server that stops is followed by another',
          schema: erasure,
          headers: { Location: 'Where its progress and its certificate are' },
        },
      },
      problems: [
        'sign-in-required',
        'forbidden',
        'unknown-owner',
        'confirmation-mismatch',
        'searches-busy',
        'invalid-request',
      ],
      example: eraseExample,
    },
    async ({ params, query, body, request, response }) => {
      const { tenantId, id: actor } = principalOf(response);
      const ownerId = params.id;
      if (query.dryRun === 'true')
        return { dryRun: true, owner: ownerId, ...(await erasures.plan({ tenantId, ownerId })) };
      if (body?.confirm !== ownerId) throw confirmationMismatch();
      const { id } = await erasures.order({ tenantId, ownerId, actor });
      const row = await erasures.settled(tenantId, id, WAIT_MS);
      if (!row) throw notFound(`There is no erasure ${JSON.stringify(id)} here.`);
      if (row.step !== 'done') underWay(request, response, id);
      return bodyOf(row);
    },
  );

  routes.add(
    {
      operationId: 'getErasure',
      tag: 'owners',
      method: 'get',
      path: '/erasures/:id',
      summary: 'How far an erasure is, and its certificate',
      access: 'signed-in',
      permission: 'owner:erase',
      params,
      responses: { 200: { description: 'As it is now', schema: erasure } },
      problems: ['sign-in-required', 'forbidden', 'not-found', 'invalid-request'],
      example: erasureExample,
    },
    async ({ params, response }) => bodyOf(await found(response, params.id)),
  );

  routes.add(
    {
      operationId: 'getErasureCertificate',
      tag: 'owners',
      method: 'get',
      path: '/erasures/:id/certificate',
      summary: 'The certificate of an erasure as a page to print',
      access: 'signed-in',
      permission: 'owner:erase',
      params,
      responses: { 200: { description: 'The page; it needs nothing else', media: ['text/html'] } },
      problems: ['sign-in-required', 'forbidden', 'not-found', 'invalid-request'],
      example: certificateExample,
    },
    async ({ params, response }) => {
      const { certificate } = await found(response, params.id);
      if (certificate === null) throw notFound('The erasure is under way: there is no certificate yet.');
      const page = certificatePage(JSON.parse(certificate) as Certificate);
      response
        .writeHead(200, [
          ...(answerHeaders(response) ?? []),
          ...['Content-Type', 'text/html; charset=utf-8'],
          ...['Content-Length', String(Buffer.byteLength(page))],
          ...['Content-Security-Policy', CERTIFICATE_POLICY],
          ...['Cache-Control', 'private, no-store'],
          ...['Referrer-Policy', 'no-referrer'],
          ...['X-Content-Type-Options', 'nosniff'],
        ])
        .end(page);
    },
  );
}

function underWay(request: Request, response: Response, id: string): void {
  response.status(202).location(`${request.baseUrl}/erasures/${id}`);
}

function bodyOf({ id, step, times, failure, orderedAt, doneAt, certificate }: ErasureRow): unknown {
  return {
    id,
    status: step === 'done' ? 'done' : 'under-way',
    orderedAt: orderedAt.toISOString(),
    doneAt: doneAt?.toISOString() ?? null,
    next: step === 'done' ? null : step,
    steps: ERASURE_STEPS.flatMap((one) => {
      const at = times[one];
      return at === undefined ? [] : [{ step: one, doneAt: at }];
    }),
    failure,
    certificate: certificate === null ? null : (JSON.parse(certificate) as Certificate),
  };
}
