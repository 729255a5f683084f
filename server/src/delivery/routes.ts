import { Router } from 'express';
import type { Delivery } from './deliver.ts';

/** `/cdn/*`: everything after the prefix is the signed target, whatever it looks like. */
export function deliveryRouter(delivery: Delivery): Router {
  const router = Router();
  router.use((request, response) => delivery.serve(request, response));
  return router;
}
