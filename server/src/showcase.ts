import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import helmet from 'helmet';

const BUILT = fileURLToPath(new URL('../../dist/showcase/browser', import.meta.url));

/**
 * The demonstration at `/`, when it has been built.
 *
 * @param deliveryUrl where its pictures come from
 * @param apiPrefix where its API is served: the page reads it from a `meta` element
 * @param stores origins that take the forms of uploads, besides this one
 */
export function showcaseRouter(
  deliveryUrl: string,
  apiPrefix: string,
  { folder = BUILT, stores = [] }: { folder?: string; stores?: readonly string[] } = {},
): Router {
  const router = Router();
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return router;
  const delivery = new URL(deliveryUrl).origin;
  router.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // The same pages may be opened as localhost, which is another origin than 127.0.0.1.
          imgSrc: ["'self'", delivery, 'data:', 'blob:'],
          // A film that is being uploaded is played in the page, for its picture.
          mediaSrc: ["'self'", delivery, 'blob:'],
          connectSrc: ["'self'", delivery, ...stores],
          styleSrc: ["'self'", "'unsafe-inline'"],
          // A PDF is looked at in a frame; what is delivered is sandboxed.
          frameSrc: ["'self'", delivery],
          objectSrc: ["'none'"],
          frameAncestors: ["'none'"],
          baseUri: ["'self'"],
          formAction: ["'self'"],
        },
      },
    }),
  );
  // Whatever has a file name is not a page of the application.
  const notPages = [apiPrefix, '/cdn', '/assets', '/health'].map((path) => `${path.slice(1)}/`);
  router.get(['/index.html', new RegExp(`^/(?!${notPages.join('|')})[^.]*$`)], (_request, response) => {
    // Read anew each time: `npm run dev` builds it while this runs.
    const page = readFileSync(index, 'utf8');
    const api = `<meta name="api" content="${apiPrefix}" />`;
    response
      .set('Cache-Control', 'no-cache')
      .type('html')
      .send(page.replace('<base ', `${api}<base `));
  });
  router.use(express.static(folder, { index: false, maxAge: 0 }));
  return router;
}
