import type { Request, Response } from 'express';
import { z } from 'zod';
import { principalOf, stillSignedIn } from '../identity/authenticate.ts';
import type { Identity } from '../identity/identity.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import { answerHeaders } from '../platform/send-json.ts';
import type { UploadState } from './progress.store.ts';
import type { UploadEvents, Watcher } from './upload-events.ts';

/** Who does not read so much does not read at all. */
const MOST_UNREAD_BYTES = 256 * 1024;

const headersOf = (response: Response): string[] => [
  ...(answerHeaders(response) ?? []),
  ...['Content-Type', 'text/event-stream; charset=utf-8', 'Cache-Control', 'no-store'],
  ...['X-Content-Type-Options', 'nosniff'],
  // nginx would hold events back until there are enough.
  ...['X-Accel-Buffering', 'no'],
];

/** How uploads are doing, while they do. */
export function uploadEventRoutes(
  routes: ApiRoutes,
  parts: { uploads: { events: UploadEvents }; identity: Pick<Identity, 'verifier'> },
): void {
  routes.add(
    {
      operationId: 'watchUploads',
      tag: 'resources',
      method: 'get',
      path: '/resources/uploads/events',
      summary: 'How your uploads are doing: server-sent events, first what there is, then every change',
      description:
        'Each event `upload` is JSON: `id` of the resource, `uploadId`, `state` (`awaiting`, `uploading`, `examining`, `completed`, ' +
        '`failed`, `quarantined`, `cancelled`), `size` and `received` in bytes, `failure` the code of a problem. An event `end` says ' +
        'why nothing more comes. An EventSource sends no token: read it with fetch.',
      access: 'signed-in',
      permission: 'resource:upload',
      query: z.strictObject({
        follow: z.enum(['true', 'false']).default('true').describe('false: only what there is now'),
      }),
      responses: { 200: { description: 'The events', media: ['text/event-stream'] } },
      problems: ['sign-in-required', 'forbidden', 'owner-revoked', 'too-many-streams'],
      example: { query: { follow: 'false' }, answers: {} },
    },
    async ({ query, request, response }) => {
      const principal = principalOf(response);
      const { events } = parts.uploads;
      if (query.follow === 'false') {
        const states = await events.now(principal);
        response.writeHead(200, headersOf(response)).end(states.map(eventOf).join(''));
        return;
      }
      const watcher = watcherOf(request, response, parts.identity);
      const stop = await events.watch(principal, watcher, () => {
        response.writeHead(200, headersOf(response)).write('retry: 3000\n\n');
      });
      response.on('close', stop);
      if (response.destroyed) stop();
    },
  );
}

function watcherOf(request: Request, response: Response, identity: Pick<Identity, 'verifier'>): Watcher {
  const write = (text: string): void => {
    response.write(text);
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
  };
  return {
    tell: (state) => write(eventOf(state)),
    beat: () => {
      write(': still here\n\n');
      return stillSignedIn(identity, request);
    },
    end: (why) => {
      if (response.headersSent) response.end(`event: end\ndata: ${JSON.stringify({ why })}\n\n`);
    },
  };
}

function eventOf({ uploadId, resourceId: id, state, size, received, failure }: UploadState): string {
  return `event: upload\ndata: ${JSON.stringify({ id, uploadId, state, size, received, failure })}\n\n`;
}
