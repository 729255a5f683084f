import { Router } from 'express';
import { sendJson } from '../platform/send-json.ts';
import type { Lease } from '../leases/lease.ts';

/**
 * `/health/live`: the process runs. `/health/ready`: it may serve, that is, it holds a lease. A broken policy file keeps
 * nobody from serving, by the rules before it, but somebody should know.
 *
 * @param policyBrokenSince undefined: the policy file is as it should be
 */
export function healthRouter(lease: Lease, policyBrokenSince: () => Date | undefined): Router {
  const router = Router();
  router.get('/live', (_request, response) => {
    sendJson(response, 200, { status: 'live' });
  });
  router.get('/ready', (_request, response) => {
    const ready = lease.holds();
    const status = ready ? 'ready' : 'lease-expired';
    const broken = policyBrokenSince();
    sendJson(response, ready ? 200 : 503, {
      status,
      epoch: lease.applied,
      ...(broken ? { policy: `policy file is broken since ${broken.toISOString()}` } : {}),
    });
  });
  return router;
}
