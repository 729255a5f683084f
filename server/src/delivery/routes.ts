import { Router, type RequestHandler } from 'express';
import type { Delivery } from './deliver.ts';

/**
 * `/cdn/*`: everything after the prefix is the signed target, whatever it looks like.
 *
 * @param address finds out from where a request comes
 */
export function deliveryRouter(delivery: Delivery, address: RequestHandler): Router {
  const router = Router();
  router.use(address, (request, response) => delivery.serve(request, response));
  return router;
}
