import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import helmet from 'helmet';

const BUILT = fileURLToPath(new URL('../../dist/showcase/browser', import.meta.url));

/**
 * The demonstration at `/`, when it has been built.
 *
 * @param deliveryUrl where its pictures come from
 */
export function showcaseRouter(deliveryUrl: string, folder = BUILT): Router {
  const router = Router();
  if (!existsSync(join(folder, 'index.html'))) return router;
  const delivery = new URL(deliveryUrl).origin;
  router.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // The same pages may be opened as localhost, which is another origin than 127.0.0.1.
          imgSrc: ["'self'", delivery, 'data:', 'blob:'],
          mediaSrc: ["'self'", delivery],
          connectSrc: ["'self'", delivery],
          styleSrc: ["'self'", "'unsafe-inline'"],
          objectSrc: ["'none'"],
          frameAncestors: ["'none'"],
          baseUri: ["'self'"],
          formAction: ["'self'"],
        },
      },
    }),
    express.static(folder, { index: 'index.html', maxAge: 0 }),
  );
  router.get(/^\/(?!api\/|cdn\/|assets\/|health\/)[^.]*$/, (_request, response) => {
    response.sendFile(join(folder, 'index.html'));
  });
  return router;
}
