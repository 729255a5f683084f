import { Router } from 'express';
import { sendJson } from '../platform/send-json.ts';
import type { Lease } from '../leases/lease.ts';

/** What somebody should look at, though it keeps nobody from serving. */
export interface HealthAlerts {
  /** Undefined: the policy file is as it should be. */
  policyBrokenSince(): Date | undefined;
  /** How many audit rows found no day; 0 is as it should be. */
  strayAuditRows(): number;
  /** Undefined: changes reach the checkpoints, and receipts are answered. */
  unrecordedSince(): Date | undefined;
}

/**
 * `/health/live`: the process runs. `/health/ready`: it may serve, that is, it holds a lease. A broken policy file, audit
 * rows without a day and checkpoints that cannot be written keep nobody from serving, but somebody should know.
 */
export function healthRouter(lease: Lease, alerts: HealthAlerts): Router {
  const router = Router();
  router.get('/live', (_request, response) => {
    sendJson(response, 200, { status: 'live' });
  });
  router.get('/ready', (_request, response) => {
    const ready = lease.holds();
    const status = ready ? 'ready' : lease.refusal.code;
    const broken = alerts.policyBrokenSince();
    const unrecorded = alerts.unrecordedSince();
    sendJson(response, ready ? 200 : 503, {
      status,
      epoch: lease.applied,
      strayAuditRows: alerts.strayAuditRows(),
      ...(unrecorded
        ? { checkpoints: `AUDIT_CHECKPOINTS takes no changes since ${unrecorded.toISOString()}` }
        : {}),
      ...(broken ? { policy: `policy file is broken since ${broken.toISOString()}` } : {}),
    });
  });
  return router;
}
