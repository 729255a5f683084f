import { Router } from 'express';
import type { Lease } from '../leases/lease.ts';

/** `/health/live`: the process runs. `/health/ready`: it may serve, that is, it holds a lease. */
export function healthRouter(lease: Lease): Router {
  const router = Router();
  router.get('/live', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'live' });
  });
  router.get('/ready', (_request, response) => {
    const ready = lease.holds();
    response
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: ready ? 'ready' : 'lease-expired', epoch: lease.applied });
  });
  return router;
}
