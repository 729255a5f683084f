import { Router } from 'express';
import { sendJson } from '../platform/send-json.ts';
import type { Lease } from '../leases/lease.ts';

/**
 * `/health/live`: the process runs. `/health/ready`: it may serve, that is, it holds a lease.
 *
 * @param strayAuditRows how many audit rows found no day: more than none is an alert, and no reason not to serve
 */
export function healthRouter(lease: Lease, strayAuditRows: () => number): Router {
  const router = Router();
  router.get('/live', (_request, response) => {
    sendJson(response, 200, { status: 'live' });
  });
  router.get('/ready', (_request, response) => {
    const ready = lease.holds();
    const status = ready ? 'ready' : 'lease-expired';
    sendJson(response, ready ? 200 : 503, {
      status,
      epoch: lease.applied,
      strayAuditRows: strayAuditRows(),
    });
  });
  return router;
}
