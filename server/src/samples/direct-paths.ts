import { Router } from 'express';
import type { Assembly } from '../assembly.ts';
import { notFound } from '../platform/problem.ts';

/**
 * The direct asset paths of development mode, as a theme's folder would answer them: no signature, no owner, no
 * revocation. Only the embedded mode serves them, to show the problem that signed URLs solve.
 */
export function directPaths({
  catalog,
  blobs,
  config,
}: Pick<Assembly, 'catalog' | 'blobs' | 'config'>): Router {
  const router = Router();
  router.get('/assets/deployed/images/users/:name', async (request, response) => {
    const name = request.params.name.normalize('NFC');
    const resource =
      (await catalog.find(config.tenant, `public/team/${name}`)) ??
      (await catalog.find(config.tenant, `public/avatars/${name}`));
    if (!resource) throw notFound();
    const body = await blobs.get(resource.objectKey);
    response.set({
      'Content-Type': resource.contentType,
      'Content-Length': String(resource.size),
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'no-cache',
    });
    body.on('error', () => response.destroy());
    body.pipe(response);
  });
  return router;
}
