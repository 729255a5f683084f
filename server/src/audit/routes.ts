import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import { addressOf } from '../identity/client-address.ts';
import type { Principal } from '../identity/principal.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { systemClock } from '../platform/clock.ts';
import { answerHeaders } from '../platform/send-json.ts';
import type { TenantDatabase } from '../platform/tenant-database.ts';
import { exportExample, searchExample } from './examples.ts';
import { ExportBrokenOff, type AuditExports } from './exports.ts';
import { ipPrefix } from './ip-prefix.ts';
import type { Reader, ReadingLog } from './reading-log.ts';
import { searchAudit } from './search.ts';
import type { FoundRow } from './search.store.ts';
import { SearchTurns } from './search-turns.ts';
import { toldRow } from './told-row.ts';
import { visibleRows } from './visible-rows.ts';

/** A reader who takes nothing for so long has gone; meanwhile his export holds a database connection. */
const STALLED_MS = 60_000;

const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !value.includes('\0'), 'must not hold NUL');

const time = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

const filters = {
  path: text(1024).optional().describe('Of the resource'),
  pathPrefix: text(1024).optional().describe('Beginning of the path, e.g. `users/ada/`'),
  owner: text(256).optional().describe('Id of whom the resource belongs to'),
  actor: text(256).optional().describe('Who asked'),
  reason: text(1024).optional().describe('As the sign request gave it'),
  status: z.coerce
    .number()
    .int()
    .min(100)
    .max(599)
    .optional()
    .describe('HTTP status of a delivery or denial'),
  signatureId: text(64).optional().describe('Joins an issuance to its deliveries'),
  event: z
    .string()
    .regex(/^[a-z][a-z-]{0,63}$/)
    .optional()
    .describe('E.g. `issuance`, `delivery`, `denial`'),
  since: time.optional().describe('Rows at or after this time'),
  until: time.optional().describe('Rows before this time'),
};

const query = z.strictObject({
  ...filters,
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Most on one page'),
  cursor: z.string().min(1).max(256).optional().describe('`nextCursor` of the page before'),
});

const exportQuery = z.strictObject({
  ...filters,
  format: z.enum(['csv', 'ndjson', 'proof']).default('csv').describe('Of the file'),
});

const row = z
  .object({
    at: z.iso.datetime(),
    event: z.string(),
    path: z.string().nullable(),
    resourceId: z.string().nullable(),
    signatureId: z.string().nullable(),
    actor: z.string().nullable(),
    owner: z.string().nullable(),
    reason: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    status: z.number().int().nullable(),
    bytes: z.number().int().nullable(),
    holder: z.string().nullable(),
    durationMs: z.number().int().nullable().optional(),
    ipPrefix: z.string().nullable().optional(),
    userAgent: z.string().nullable().optional(),
  })
  .meta({ id: 'AuditRow' });

const page = z.object({ items: z.array(row), nextCursor: z.string().nullable() }).meta({ id: 'AuditPage' });

/** Search and export of the audit log. Both are recorded in it. */
export function auditRoutes(
  routes: ApiRoutes,
  db: TenantDatabase,
  audit: { readings: ReadingLog; exports: AuditExports },
): void {
  const turns = new SearchTurns();
  routes.add(
    {
      operationId: 'searchAudit',
      tag: 'audit',
      method: 'get',
      path: '/audit/logs',
      summary: 'Audit rows, newest first: of your own resources, or all with audit:read',
      access: 'signed-in',
      permission: 'audit:read-own',
      ofOthers: 'audit:read',
      query,
      responses: {
        200: {
          description: 'One page. `durationMs`, `ipPrefix` and `userAgent` only with audit:read',
          schema: page,
        },
      },
      problems: [
        'sign-in-required',
        'forbidden',
        'invalid-request',
        'search-too-wide',
        'searches-busy',
        'audit-unavailable',
      ],
      example: searchExample,
    },
    async ({ query: asked, request, response }) => {
      const principal = principalOf(response);
      const scope = visibleRows(principal);
      // With its record: all events are one chain, and who writes many must not keep others from adding theirs.
      const { items, nextCursor } = await turns.run(principal.tenantId, async () => {
        const page = await searchAudit(db, systemClock, scope, asked);
        const reading = { ...asked, limit: undefined, cursor: undefined };
        await audit.readings.searched(readerOf(principal, request), reading, page.items.length);
        return page;
      });
      return { items: items.map((found) => toBody(found, scope.owner === undefined)), nextCursor };
    },
  );
  routes.add(
    {
      operationId: 'exportAudit',
      tag: 'audit',
      method: 'get',
      path: '/audit/logs/export',
      summary: 'Audit rows of the tenant as a file: CSV, one JSON object a line, or with what proves them',
      access: 'signed-in',
      permission: 'audit:export',
      query: exportQuery,
      responses: {
        200: {
          description: 'The file. Only when its last line says that it is complete is it complete',
          media: ['text/csv', 'application/x-ndjson'],
          headers: { 'Content-Disposition': 'A name for the file' },
        },
      },
      problems: ['sign-in-required', 'forbidden', 'invalid-request', 'exports-busy', 'audit-unavailable'],
      example: exportExample,
    },
    async ({ query: { format, ...asked }, request, response }) => {
      const principal = principalOf(response);
      const left = new AbortController();
      response.once('close', () => left.abort());
      const scope = { tenantId: principal.tenantId };
      const { contentType, body } = await audit.exports.start(
        readerOf(principal, request),
        scope,
        asked,
        format,
        left.signal,
      );
      response.writeHead(200, [
        ...(answerHeaders(response) ?? []),
        'Content-Type',
        contentType,
        'Content-Disposition',
        `attachment; filename="${fileName(systemClock.now(), format)}"`,
        'Cache-Control',
        'no-store',
        'X-Content-Type-Options',
        'nosniff',
      ]);
      response.setTimeout(STALLED_MS, () => {
        // It may be the database that takes its time.
        if (response.writableNeedDrain) response.destroy();
        else response.setTimeout(STALLED_MS);
      });
      await pipeline(body, response).catch(unlessLeft);
    },
  );
}

const readerOf = (principal: Principal, request: Request): Reader => ({
  tenantId: principal.tenantId,
  actor: principal.id,
  ipPrefix: ipPrefix(addressOf(request)),
  userAgent: request.headers['user-agent'],
});

const EXTENSIONS = { csv: 'csv', ndjson: 'ndjson', proof: 'proof.ndjson' };

/** `countersign-audit-20261125T025700Z.csv` */
function fileName(now: number, format: keyof typeof EXTENSIONS): string {
  return `countersign-audit-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}.${EXTENSIONS[format]}`;
}

function unlessLeft(error: NodeJS.ErrnoException): void {
  if (error instanceof ExportBrokenOff) return;
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

/** How somebody else's machine looked is for auditors. */
function toBody(found: FoundRow, readsAll: boolean): z.output<typeof row> {
  const { durationMs, ipPrefix, userAgent, ...told } = toldRow(found);
  return readsAll ? { ...told, durationMs, ipPrefix, userAgent } : told;
}
