import cors from 'cors';
import { Router, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { auditProofRoutes } from './audit/proof-routes.ts';
import { auditRoutes } from './audit/routes.ts';
import type { Assembly } from './assembly.ts';
import { deliveryRouter } from './delivery/routes.ts';
import { authenticate } from './identity/authenticate.ts';
import { sampleSessionRoutes } from './identity/routes.ts';
import { ownerRoutes } from './keys/routes.ts';
import { docsRouter } from './monitoring/docs.ts';
import { healthRouter } from './monitoring/routes.ts';
import { openApiDocument } from './platform/openapi.ts';
import { problemHandler } from './platform/problem-handler.ts';
import { notFound } from './platform/problem.ts';
import { RouteTable } from './platform/route.ts';
import { resourceRoutes } from './resources/routes.ts';
import { signingRoutes } from './signing/routes.ts';
import { version } from './version.ts';

const EXPOSED = ['Date', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Location', 'Upload-Offset'];

/** Everything one Countersign answers. Paths it does not know are passed on to the app around it. */
export function countersignRouter(assembly: Assembly): Router {
  const { config, log, audit, delivery, lease, verifier } = assembly;
  const router = Router();
  const crossOrigin: RequestHandler[] =
    config.corsOrigins.length > 0
      ? [cors({ origin: [...config.corsOrigins], exposedHeaders: EXPOSED, maxAge: 7200 })]
      : [];

  const api = Router();
  const routes = new RouteTable(api, [authenticate(verifier, config.tenant)]);
  registerRoutes(routes, assembly);
  api.use(docsRouter(() => openApiDocument(routes.contracts, '/api', version)));
  router.use('/api', ...crossOrigin, api);
  router.use('/cdn', ...crossOrigin, deliveryRouter(delivery));
  router.use('/health', healthRouter(lease, audit.strayRows));
  router.use(problemHandler(log));
  return router;
}

/** For an app that is nothing but Countersign: whatever nobody has answered is a problem too. */
export function unanswered(log: Logger): Router {
  const router = Router();
  router.use('/api', () => {
    throw notFound('No such call. GET /api/docs lists them.');
  });
  router.use(() => {
    throw notFound();
  });
  router.use(problemHandler(log));
  return router;
}

/** Every route of the API, in the order of the documentation. */
export function registerRoutes(routes: RouteTable, assembly: Assembly): void {
  const { config, db, audit, signer, intake, ownerKeys, receipts, auditProof } = assembly;
  signingRoutes(routes, signer);
  resourceRoutes(routes, db, intake);
  ownerRoutes(routes, db, ownerKeys, receipts);
  auditRoutes(routes, db, audit);
  auditProofRoutes(routes, auditProof);
  if (config.samplePeople.length > 0) sampleSessionRoutes(routes, config.samplePeople, config.jwtSecret);
}
