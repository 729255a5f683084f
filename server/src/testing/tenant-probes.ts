import { onePixelPng } from './pictures.ts';
import type { SampleRequest } from './route-samples.ts';

/** Everything of a tenant that a request can name. */
export interface TenantIds {
  /** An owner with a live key. */
  owner: string;
  /** An owner whose key was destroyed. */
  revokedOwner: string;
  /** A private path of the owner. */
  path: string;
  publicPath: string;
  resourceId: string;
  /** Of a resource that nothing else asks for: it may be deleted. */
  spareId: string;
  /** Of a resource that may be moved. */
  movableId: string;
  /** Of a resource in quarantine. */
  keptId: string;
  /** Of a collection. */
  collectionId: string;
  /** Epoch of a revocation. */
  epoch: string;
  signatureId: string;
  /** Of a URL that was revoked by itself. */
  revokedSignatureId: string;
  edgeId: string;
  /** Of an erasure that is done. */
  erasureId: string;
  departureId: string;
  /** Of an upload that has begun. */
  uploadId: string;
  /** Of a resumable one, and of another that may be cancelled. */
  tusUploadId: string;
  spareTusUploadId: string;
  /** `nextCursor` of `GET /resources`. */
  listCursor: string;
  /** `nextCursor` of `GET /audit/logs`. */
  auditCursor: string;
}

const reason = 'test';

/**
 * One entry for each route of the API: requests that name all of these ids the route takes, or just ask when it takes
 * none. Each is sent with the ids of another tenant and with ids of nobody; the answers must be the same.
 */
export const tenantProbes: Readonly<Record<string, (ids: TenantIds) => SampleRequest[]>> = {
  'POST /resources/sign': ({ path, publicPath }) =>
    [path, publicPath].flatMap((one) => [
      { path: '/resources/sign', body: { path: one, reason } },
      { path: '/resources/sign', body: { path: one, reason, width: 320 } },
      { path: '/resources/sign', body: { path: `${one}/~320.webp`, reason } },
    ]),
  'POST /resources/sign/batch': ({ path, publicPath }) => [
    {
      path: '/resources/sign/batch',
      body: { resources: [path, publicPath].map((one) => ({ path: one, reason })) },
    },
  ],
  'GET /resources': ({ owner, path, publicPath, listCursor }) => [
    { path: '/resources?limit=200' },
    { path: `/resources?prefix=users/${owner}/` },
    { path: `/resources?prefix=${path}` },
    { path: `/resources?prefix=${publicPath}` },
    { path: `/resources?cursor=${listCursor}` },
    { path: `/resources?owner=${owner}&search=rival&sort=newest` },
  ],
  'GET /resources/by-path': ({ path, publicPath }) =>
    [path, publicPath].map((one) => ({ path: `/resources/by-path?path=${one}` })),
  'PATCH /resources/:id': ({ resourceId }) => [
    { path: `/resources/${resourceId}`, body: { label: 'A label' } },
  ],
  'GET /resources/:id': ({ resourceId }) => [{ path: `/resources/${resourceId}` }],
  // Its path is made by the server, below the folder of the caller.
  'POST /resources': () => [{ path: '/resources?kind=teamPhoto&name=a.png', body: 'no picture' }],
  // Their resources are made by the server; a form is signed for one upload, and says nothing of its tenant.
  'POST /resources/uploads': () => [
    { path: '/resources/uploads', body: { name: '../a', kind: 'avatar', contentType: 'image/png', size: 1 } },
  ],
  // Names nobody: the caller and the tenant of the token.
  'GET /usage': () => [{ path: '/usage' }],
  'POST /resources/uploads/batch': () => [{ path: '/resources/uploads/batch', body: { uploads: [{}] } }],
  'POST /resources/uploads/:uploadId/file': () => [],
  'POST /resources/tus': () => [{ path: '/resources/tus', headers: { 'tus-resumable': '1.0.0' } }],
  ...Object.fromEntries(
    ['HEAD', 'PATCH', 'DELETE'].map((method): [string, (ids: TenantIds) => SampleRequest[]] => [
      `${method} /resources/tus/:uploadId`,
      ({ tusUploadId, spareTusUploadId }) => [
        {
          path: `/resources/tus/${method === 'DELETE' ? spareTusUploadId : tusUploadId}`,
          headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0' },
        },
      ],
    ]),
  ),
  'GET /resources/uploads/events': () => [{ path: '/resources/uploads/events?follow=false' }],
  'POST /resources/:id/complete': ({ resourceId }) => [{ path: `/resources/${resourceId}/complete` }],
  'DELETE /resources/uploads/:uploadId/file': ({ uploadId }) => [
    { path: `/resources/uploads/${uploadId}/file` },
  ],
  'POST /resources/:id/rotate': ({ resourceId }) =>
    ['', '?dryRun=true'].map((query) => ({
      path: `/resources/${resourceId}/rotate${query}`,
      body: { reason },
    })),
  'GET /quarantine': () => [{ path: '/quarantine' }],
  'POST /resources/:id/quarantine': ({ keptId }) => [
    { path: `/resources/${keptId}/quarantine`, body: { reason } },
  ],
  'POST /resources/:id/release': ({ resourceId }) => [
    { path: `/resources/${resourceId}/release`, body: { reason } },
  ],
  'DELETE /resources/:id': ({ spareId }) =>
    ['?dryRun=true', ''].map((query) => ({ path: `/resources/${spareId}${query}` })),
  'GET /resources/:id/versions': ({ resourceId }) => [{ path: `/resources/${resourceId}/versions` }],
  'POST /resources/:id/versions/:version/restore': ({ resourceId }) => [
    { path: `/resources/${resourceId}/versions/1/restore` },
  ],
  'DELETE /resources/:id/versions/:version': ({ resourceId }) => [
    { path: `/resources/${resourceId}/versions/1` },
  ],
  'PUT /resources/:id/content': ({ resourceId }) => [
    {
      path: `/resources/${resourceId}/content`,
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    },
  ],
  'PUT /resources/:id/poster': ({ resourceId }) => [
    {
      path: `/resources/${resourceId}/poster`,
      body: onePixelPng,
      headers: { 'content-type': 'image/png' },
    },
  ],
  'POST /resources/:id/transfer': ({ resourceId, owner, revokedOwner }) =>
    ['', '?dryRun=true'].flatMap((query) =>
      [owner, revokedOwner].map((to) => ({
        path: `/resources/${resourceId}/transfer${query}`,
        body: { owner: to, reason },
      })),
    ),
  'POST /paths/revoke': ({ owner, path, publicPath }) =>
    ['', '?dryRun=true'].flatMap((query) =>
      [`users/${owner}/`, path, publicPath].map((prefix) => ({
        path: `/paths/revoke${query}`,
        body: { prefix, reason },
      })),
    ),
  'POST /collections': () => [{ path: '/collections', body: { name: '' } }],
  'GET /collections': ({ collectionId }) => [
    { path: '/collections?limit=200' },
    { path: `/collections?externalId=${collectionId}` },
  ],
  'GET /collections/:id': ({ collectionId }) => [{ path: `/collections/${collectionId}` }],
  'PATCH /collections/:id': ({ collectionId }) => [
    { path: `/collections/${collectionId}`, body: { name: 'A name' } },
  ],
  'GET /collections/:id/members': ({ collectionId }) => [{ path: `/collections/${collectionId}/members` }],
  'POST /collections/:id/members': ({ collectionId }) => [
    { path: `/collections/${collectionId}/members`, body: { members: [{ id: 'eve', role: 'ADM' }] } },
  ],
  'DELETE /collections/:id/members/:member': ({ collectionId, owner }) => [
    { path: `/collections/${collectionId}/members/${owner}` },
  ],
  'POST /resources/:id/assign': ({ movableId, collectionId }) => [
    { path: `/resources/${movableId}/assign`, body: { collection: collectionId, reason } },
  ],
  'POST /resources/:id/unassign': ({ movableId }) => [{ path: `/resources/${movableId}/unassign` }],
  'POST /collections/:id/resources': ({ collectionId, movableId }) => [
    { path: `/collections/${collectionId}/resources`, body: { resources: [movableId] } },
  ],
  'GET /owners': () => [{ path: '/owners' }],
  'POST /owners/:id/revoke': ({ owner, revokedOwner }) =>
    ['', '?dryRun=true'].flatMap((query) =>
      [owner, revokedOwner].map((id) => ({ path: `/owners/${id}/revoke${query}`, body: { reason } })),
    ),
  'POST /owners/:id/reinstate': ({ owner, revokedOwner }) =>
    [owner, revokedOwner].map((id) => ({ path: `/owners/${id}/reinstate`, body: { reason } })),
  'POST /owners/:id/rotate': ({ owner, revokedOwner }) =>
    [owner, revokedOwner].map((id) => ({ path: `/owners/${id}/rotate`, body: { reason } })),
  'POST /owners/:id/erase': ({ owner, revokedOwner }) =>
    [owner, revokedOwner].flatMap((id) => [
      { path: `/owners/${id}/erase?dryRun=true` },
      { path: `/owners/${id}/erase`, body: { confirm: id } },
    ]),
  'GET /erasures/:id': ({ erasureId }) => [{ path: `/erasures/${erasureId}` }],
  'GET /erasures/:id/certificate': ({ erasureId }) => [{ path: `/erasures/${erasureId}/certificate` }],
  'POST /departures': ({ owner }) => [
    { path: '/departures', body: { owner } },
    { path: '/departures?dryRun=true', body: { owner } },
    { path: '/departures', body: { owner, at: '2030-12-31T18:00:00Z' } },
    { path: '/departures', body: { owner: 'twin', transfer: { to: owner }, at: '2030-12-31T18:00:00Z' } },
  ],
  'POST /departures/batch': ({ owner }) => [
    {
      path: '/departures/batch',
      body: `owner,transferTo,at\n${owner},,\ntwin,${owner},2030-12-31T18:00:00Z\n`,
      headers: { 'content-type': 'text/csv' },
    },
  ],
  'GET /departures': () => [{ path: '/departures?limit=200' }],
  'GET /departures/:id': ({ departureId }) => [{ path: `/departures/${departureId}` }],
  'DELETE /departures/:id': ({ departureId }) => [{ path: `/departures/${departureId}` }],
  'POST /signatures/:signatureId/revoke': ({ signatureId }) => [
    { path: `/signatures/${signatureId}/revoke`, body: { reason } },
    { path: `/signatures/${signatureId}/revoke?dryRun=true` },
  ],
  'GET /receipts': ({ revokedOwner, revokedSignatureId }) =>
    ['', `?owner=${revokedOwner}`, `?about=${revokedSignatureId}`].map((query) => ({
      path: `/receipts${query}`,
    })),
  'GET /receipts/:epoch': ({ epoch }) => [{ path: `/receipts/${epoch}` }],
  'GET /edges': () => [{ path: '/edges' }],
  'POST /edges': () => [{ path: '/edges', body: { name: 'probe' } }],
  'POST /edges/:id/rotate': ({ edgeId }) => [{ path: `/edges/${edgeId}/rotate` }],
  'DELETE /edges/:id': ({ edgeId }) => [{ path: `/edges/${edgeId}` }],
  'POST /edges/:id/leaked': ({ edgeId }) => [{ path: `/edges/${edgeId}/leaked` }],
  // No person may call these; what an edge is told of other tenants: edges/edge-serving.spec.ts.
  'POST /edges/lease': () => [],
  'POST /edges/resolve': () => [],
  'GET /audit/logs': ({ owner, path, signatureId, auditCursor }) => [
    { path: '/audit/logs?limit=200' },
    { path: `/audit/logs?owner=${owner}` },
    { path: `/audit/logs?path=${path}` },
    { path: `/audit/logs?signatureId=${signatureId}` },
    { path: `/audit/logs?cursor=${auditCursor}` },
  ],
  'GET /audit/logs/export': ({ owner, path, publicPath, signatureId }) =>
    ['', `&owner=${owner}`, `&path=${path}`, `&pathPrefix=${publicPath}`, `&signatureId=${signatureId}`].map(
      (filter) => ({ path: `/audit/logs/export?format=ndjson${filter}` }),
    ),
  // Of the whole database, for those who may: it takes no id, and names places and counts of every tenant.
  'POST /audit/verify': () => [],
  'GET /audit/checkpoint-key': () => [{ path: '/audit/checkpoint-key' }],
  'POST /policy/explain': ({ owner, path, publicPath }) => [
    { path: '/policy/explain', body: { path } },
    { path: '/policy/explain', body: { path: publicPath } },
    { path: '/policy/explain', body: { path, as: { id: owner } } },
  ],
  'GET /session': () => [{ path: '/session' }],
  'POST /session': ({ owner }) => [{ path: '/session', body: { person: owner } }],
};
