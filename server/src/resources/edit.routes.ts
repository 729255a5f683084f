import { z } from 'zod';
import { principalOf } from '../identity/authenticate.ts';
import type { ApiRoutes } from '../identity/route-access.ts';
import type { ResourceEdits } from './edit-resource.ts';
import { editExample } from './examples.ts';
import { expectedRevision } from './expected-revision.ts';
import { metadataText } from './metadata-text.ts';
import { resourceBody, toBody } from './resource-body.ts';
import { changedName } from './stored-name.ts';
import type { VisibleResources } from './visible-resources.ts';

const editBody = z
  .strictObject({
    label: z.string().max(200).nullable().optional().describe('A few words; null or blank: none'),
    notes: z.string().max(4000).nullable().optional().describe('Text of several lines; null or blank: none'),
    displayName: z.string().min(1).max(1024).optional().describe('File name, as somebody sees it'),
    durationMs: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .nullable()
      .optional()
      .describe('Length of a film or a sound, milliseconds, as a browser measures it; null: not known'),
    status: z
      .enum(['completed', 'failed', 'quarantined'])
      .optional()
      .describe(
        'Needs resource:edit. Only failed, of what has no bytes; the refusal names the call for the others',
      ),
  })
  .refine((edit) => Object.keys(edit).length > 0, { error: 'name at least one field to change' })
  .meta({ id: 'ResourceEdit' });

/** All that is told to whoever may edit a resource and not see it. */
const editedBody = resourceBody.pick({ id: true, revision: true }).meta({ id: 'EditedResource' });

/** Changes of what is known of a resource. */
export function resourceEditRoutes(
  routes: ApiRoutes,
  { edits, visibleResources }: { edits: ResourceEdits; visibleResources: VisibleResources },
): void {
  routes.add(
    {
      operationId: 'editResource',
      tag: 'resources',
      method: 'patch',
      path: '/resources/:id',
      summary: 'Change label, notes, name, length or status of one resource',
      description:
        'Send `If-Match: "{revision}"` to change only what you have read. Owners may do this to what is theirs, all but the status, unless they were revoked. Who has resource:edit and may not see the resource gets its id and revision only.',
      access: 'signed-in',
      ofOthers: 'resource:edit',
      params: z.object({ id: z.string().min(1).max(64).describe('Of the resource') }),
      body: editBody,
      responses: {
        200: {
          description: 'As it is now',
          schema: z.union([resourceBody, editedBody]).meta({ id: 'EditAnswer' }),
        },
      },
      problems: [
        ...['sign-in-required', 'forbidden', 'not-found', 'owner-revoked', 'invalid-request', 'invalid-name'],
        ...['changed-meanwhile', 'status-not-possible'],
      ],
      example: editExample,
    },
    async ({ params: { id }, body, request, response }) => {
      const principal = principalOf(response);
      const { label, notes, durationMs, status } = body;
      const edit = {
        label: label === undefined ? undefined : metadataText('body.label', label),
        notes: notes === undefined ? undefined : metadataText('body.notes', notes),
        displayName: body.displayName === undefined ? undefined : changedName(body.displayName),
        durationMs,
        status,
      };
      const revision = expectedRevision(request.headers['if-match']);
      await edits.edit({ principal, id, edit, revision });
      const { resource, isVisible } = await visibleResources.edited(principal, id);
      return isVisible ? toBody(resource) : { id, revision: resource.revision };
    },
  );
}
