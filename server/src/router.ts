import cors from 'cors';
import { Router, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { apiDocument } from './api-document.ts';
import { auditProofRoutes } from './audit/proof-routes.ts';
import { auditRoutes } from './audit/routes.ts';
import type { Assembly } from './assembly.ts';
import { derivativeRoutes } from './derivatives/routes.ts';
import { deliveryRouter } from './delivery/routes.ts';
import { edgeRoutes } from './edges/routes.ts';
import { holderRoutes } from './edges/holder-routes.ts';
import { authenticate } from './identity/authenticate.ts';
import { clientAddress } from './identity/client-address.ts';
import { routeAccess, type ApiRoutes } from './identity/route-access.ts';
import { sampleSessionRoutes } from './identity/routes.ts';
import { receiptRoutes } from './keys/receipt.routes.ts';
import { rotationRoutes } from './keys/rotation.routes.ts';
import { signatureRoutes } from './keys/signature.routes.ts';
import { ownerRoutes } from './keys/routes.ts';
import { erasureRoutes } from './offboarding/routes.ts';
import { assignRoutes } from './collections/assign.routes.ts';
import { collectionRoutes } from './collections/routes.ts';
import { memberRoutes } from './collections/members.routes.ts';
import { placeIn } from './collections/place-in.ts';
import { docsRouter } from './monitoring/docs.ts';
import { healthRouter } from './monitoring/routes.ts';
import { problemHandler } from './platform/problem-handler.ts';
import { departureRoutes } from './offboarding/departures.routes.ts';
import { notFound } from './platform/problem.ts';
import { RouteTable } from './platform/route.ts';
import { resourceChangeRoutes } from './resources/change.routes.ts';
import { quarantineRoutes } from './resources/quarantine.routes.ts';
import { resourceEditRoutes } from './resources/edit.routes.ts';
import { resourceRoutes } from './resources/routes.ts';
import { explainRoutes } from './signing/explain.routes.ts';
import { signingRoutes } from './signing/routes.ts';
import { uploadEventRoutes } from './uploads/events.routes.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { versionRoutes } from './resources/version.routes.ts';
import { usageRoutes } from './resources/usage.routes.ts';
import { tusOptions } from './uploads/tus-options.ts';
import { tusRoutes } from './uploads/tus.routes.ts';

const EXPOSED = [
  ...['Date', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Location', 'Resource-Id'],
  ...['Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size'],
  ...['Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-Expires'],
];

/** Everything one Countersign answers. Paths it does not know are passed on to the app around it. */
export function countersignRouter(assembly: Assembly): RequestHandler {
  const { config, log, audit, delivery, lease, policy, identity, limits, edges } = assembly;
  const { apiPrefix } = config;
  const router = Router();
  const { corsOrigins } = config;
  const crossOrigin = (credentials: boolean): RequestHandler[] =>
    corsOrigins.length > 0
      ? [cors({ origin: [...corsOrigins], credentials, exposedHeaders: EXPOSED, maxAge: 7200 })]
      : [];

  const api = Router();
  // Inside of routes, where Express matches no path again for it.
  const address = clientAddress(config.trustedProxies);
  const first = [
    address,
    authenticate(identity, (token, path) => edges.door.admit(token, path)),
    limits.failures,
  ];
  const routes = new RouteTable(api, first, routeAccess, (limit) => limits.calls(limit));
  registerRoutes(routes, assembly);
  api.use(docsRouter(() => apiDocument(routes.contracts, apiPrefix)));
  // Cookies say who calls the API; a signed URL says it all by itself.
  router.options(`${apiPrefix}/resources/tus{/:uploadId}`, tusOptions(assembly.uploads.maxBytes));
  router.use(apiPrefix, ...crossOrigin(true), api);
  router.use('/cdn', ...crossOrigin(false), deliveryRouter(delivery, address));
  const alerts = {
    policyBrokenSince: () => policy.state.broken?.since,
    strayAuditRows: audit.strayRows,
    unrecordedSince: () => assembly.recorder.failing?.since,
  };
  router.use('/health', healthRouter(lease, alerts));
  const onError = problemHandler(log);
  router.use(onError);
  const exactly = routes.exact.handler(apiPrefix, { before: crossOrigin(true), onError });
  return (request, response, next) =>
    exactly(request, response, (error) => (error ? next(error) : router(request, response, next)));
}

/** For an app that is nothing but Countersign: whatever nobody has answered is a problem too. */
export function unanswered(log: Logger, apiPrefix = '/api'): Router {
  const router = Router();
  router.use(apiPrefix, () => {
    throw notFound(`No such call. GET ${apiPrefix}/docs lists them.`);
  });
  router.use(() => {
    throw notFound();
  });
  router.use(problemHandler(log));
  return router;
}

/** Every route of the API, in the order of the documentation. */
export function registerRoutes(routes: ApiRoutes, assembly: Assembly): void {
  const {
    lease,
    config,
    db,
    audit,
    roles,
    signer,
    sites,
    limits,
    explainer,
    visibleResources,
    intake,
    ownerKeys,
  } = assembly;
  signingRoutes(routes, { signer, sites, limits, lease });
  explainRoutes(routes, explainer, roles);
  resourceRoutes(routes, visibleResources, intake, placeIn);
  uploadRoutes(routes, assembly.uploads, visibleResources);
  usageRoutes(routes, assembly.quotas);
  versionRoutes(routes, assembly.versions);
  tusRoutes(routes, assembly.uploads);
  uploadEventRoutes(routes, assembly);
  resourceEditRoutes(routes, assembly);
  resourceChangeRoutes(routes, assembly);
  quarantineRoutes(routes, assembly.quarantine, placeIn);
  collectionRoutes(routes, assembly.collections);
  memberRoutes(routes, assembly.members);
  assignRoutes(routes, assembly.assignments);
  derivativeRoutes(routes, assembly.posters);
  rotationRoutes(routes, assembly.keyRotation);
  edgeRoutes(routes, assembly.edges);
  holderRoutes(routes, assembly.edges);
  erasureRoutes(routes, assembly.erasures);
  departureRoutes(routes, assembly.departures);
  ownerRoutes(routes, ownerKeys, db);
  receiptRoutes(routes, ownerKeys);
  signatureRoutes(routes, assembly.singleUrls);
  auditRoutes(routes, db, audit);
  auditProofRoutes(routes, assembly.auditProof);
  const { samplePeople, jwtSecret } = config;
  if (samplePeople.length > 0 && jwtSecret !== undefined)
    sampleSessionRoutes(routes, samplePeople, jwtSecret);
}
