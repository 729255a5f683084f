import express from 'express';
import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { Principal } from '../identity/principal.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { dryRunQuery, previewSchema } from '../leases/dry-run.ts';
import { invalidRequest, Problem } from '../platform/problem.ts';
import { departureFields } from './departure-fields.ts';
import type { Departure } from './departure.ts';
import type { Departures } from './departures.ts';
import type { Asking } from './plan-departure.ts';
import { batchExample, getExample, listExample, planExample, undoExample } from './departure-examples.ts';
import { leaversOf, MOST_LEAVERS, toOrder } from './leavers-csv.ts';

const LARGEST_LIST = '1mb';

const departureBody = z
  .object({
    id: z.string(),
    owner: z.string(),
    at: z.iso.datetime(),
    transfer: z.object({ to: z.string(), prefix: z.string().nullable() }).nullable(),
    reason: z.string().nullable(),
    requestedBy: z.string().nullable(),
    status: z
      .enum(['scheduled', 'taking-effect', 'effective', 'undone'])
      .describe(
        'scheduled can be undone; taking-effect: the owner is revoked, and the receipt is outstanding; effective: it is there',
      ),
    transferred: z.number().int().describe('Resources that went to the new owner'),
    notTransferred: z
      .number()
      .int()
      .describe('Resources that could not: their URLs are dead, and they can be transferred later'),
    memberships: z.number().int().describe('Collections that the leaver was a member of, and is no more'),
    epoch: z.number().int().nullable().describe('Of the receipt, once the owner is revoked'),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Departure' });

const departurePage = z
  .object({
    items: z.array(departureBody),
    nextCursor: z.string().nullable().describe('For the next page; null: this is the last'),
  })
  .meta({ id: 'DeparturePage' });

const preview = previewSchema
  .extend({ transfers: z.number().int().describe('Resources that would go to the new owner first') })
  .meta({ id: 'DeparturePreview' });

const batchAnswer = z
  .object({
    planned: z.number().int().describe('Lines that hold; with dryRun, that would hold'),
    refused: z.number().int(),
    results: z.array(
      z.object({
        line: z.number().int(),
        owner: z.string(),
        departure: departureBody.optional(),
        error: z
          .object({ code: z.string(), status: z.number().int(), detail: z.string().optional() })
          .optional(),
      }),
    ),
  })
  .meta({ id: 'DepartureBatch' });

const byId = z.object({ id: z.string().min(1).max(64).describe('Of the departure') });

const listQuery = z.strictObject({
  status: z
    .enum(['scheduled', 'taking-effect', 'effective', 'undone'])
    .optional()
    .describe('Only those; absent: all'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: z.string().max(256).optional().describe('`nextCursor` of the page before'),
});

const batchQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: only says what each line would come to; nothing is planned'),
});

const needs = { tag: 'departures', access: 'signed-in', permission: 'owner:offboard' } as const;
const problems = ['sign-in-required', 'forbidden', 'invalid-request'];

/** People who leave: planned, undone, and carried out at their time. */
export function departureRoutes(routes: ApiRoutes, departures: Departures): void {
  routes.add(
    {
      ...needs,
      operationId: 'planDeparture',
      method: 'post',
      path: '/departures',
      summary: 'Revoke an owner at a time, or now, after what stays with the company was transferred',
      description:
        'A transfer takes resource:transfer too. One whose time has come is carried out before the answer. The same order again gives the departure that is planned.',
      query: dryRunQuery,
      body: departureFields,
      responses: {
        200: { description: 'With `dryRun`: what would end; nothing is planned', schema: preview },
        201: {
          description: 'Planned, or carried out',
          schema: departureBody,
          headers: { Location: 'The departure' },
        },
      },
      problems: [...problems, 'unknown-owner', 'transfer-target', 'departure-exists'],
      example: planExample,
    },
    async ({ query, body, request, response }) => {
      const asking = askingOf(principalOf(response));
      if (query.dryRun === 'true') return departures.preview(toOrder(body), asking);
      const planned = await departures.plan(toOrder(body), asking);
      if (!planned) throw new Error('a departure that was just planned is not there');
      response.status(201).location(`${request.baseUrl}/departures/${planned.id}`);
      return toBody(planned);
    },
  );

  routes.add(
    {
      ...needs,
      operationId: 'planDepartures',
      method: 'post',
      path: '/departures/batch',
      summary: `Plan up to ${MOST_LEAVERS} departures from a CSV list`,
      description:
        'The first line names the columns: owner, at, transferTo, transferPrefix, reason. Each line stands by itself: one that is refused does not hold up the others. Try it with dryRun=true first.',
      query: batchQuery,
      rawBody: 'The list as text/csv, at most 1 MB',
      responses: { 200: { description: 'What became of each line', schema: batchAnswer } },
      problems,
      example: batchExample,
    },
    async ({ query, request, response }) => {
      if (typeof request.body !== 'string') throw invalidRequest('Send the list as Content-Type: text/csv.');
      const lines = leaversOf(request.body);
      const asking = askingOf(principalOf(response));
      const results: z.output<typeof batchAnswer>['results'] = [];
      for (const { line, owner, order } of lines) {
        const outcome =
          order instanceof Problem
            ? order
            : await departures.planOrSay(order, asking, { dryRun: query.dryRun === 'true' });
        results.push({ line, owner, ...toOutcome(outcome) });
      }
      const refused = results.filter(({ error }) => error !== undefined).length;
      return { planned: results.length - refused, refused, results };
    },
    [express.text({ type: 'text/csv', limit: LARGEST_LIST })],
  );

  routes.add(
    {
      ...needs,
      operationId: 'listDepartures',
      method: 'get',
      path: '/departures',
      summary: 'Departures by their time, the earliest first',
      query: listQuery,
      responses: { 200: { description: 'One page', schema: departurePage } },
      problems,
      example: listExample,
    },
    async ({ query: { status, limit, cursor }, response }) => {
      const { tenantId } = principalOf(response);
      const after = cursor === undefined ? undefined : decodeCursor(cursor);
      const found = await departures.list({ tenantId, status, after, limit: limit + 1 });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      return { items: items.map(toBody), nextCursor: last ? encodeCursor(last) : null };
    },
  );

  routes.add(
    {
      ...needs,
      operationId: 'getDeparture',
      method: 'get',
      path: '/departures/:id',
      summary: 'One departure',
      params: byId,
      responses: { 200: { description: 'The departure', schema: departureBody } },
      problems: ['sign-in-required', 'forbidden', 'unknown-departure'],
      example: getExample,
    },
    async ({ params, response }) => toBody(await departures.get(principalOf(response).tenantId, params.id)),
  );

  routes.add(
    {
      ...needs,
      operationId: 'undoDeparture',
      method: 'delete',
      path: '/departures/:id',
      summary: 'Undo a departure that has not taken effect',
      params: byId,
      responses: { 200: { description: 'The departure, undone', schema: departureBody } },
      problems: ['sign-in-required', 'forbidden', 'unknown-departure', 'departure-ended'],
      example: undoExample,
    },
    async ({ params, response }) => toBody(await departures.undo(params.id, askingOf(principalOf(response)))),
  );
}

const askingOf = ({ tenantId, id, permissions }: Principal): Asking => ({
  tenantId,
  actor: id,
  mayTransfer: permissions.has('resource:transfer'),
});

const toBody = ({ at, createdAt, endedAt, ...rest }: Departure): z.output<typeof departureBody> => ({
  ...rest,
  at: at.toISOString(),
  createdAt: createdAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});

function toOutcome(outcome: Departure | Problem | undefined): {
  departure?: z.output<typeof departureBody>;
  error?: { code: string; status: number; detail?: string };
} {
  if (outcome === undefined) return {};
  if (!(outcome instanceof Problem)) return { departure: toBody(outcome) };
  const { code, status, detail } = outcome;
  return { error: { code, status, ...(detail === undefined ? {} : { detail }) } };
}

const encodeCursor = ({ at, id }: Departure): string =>
  Buffer.from(`${at.getTime()}~${id}`).toString('base64url');

function decodeCursor(cursor: string): { at: Date; id: string } {
  const [, time, id] = /^(-?\d{1,15})~([\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (id === undefined) throw invalidRequest('query.cursor: take it from nextCursor of the page before');
  return { at: new Date(Number(time)), id };
}
