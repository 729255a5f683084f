import { pipeline } from 'node:stream';
import { canonicalPath, SignedUrlError } from '@countersign/signed-url';
import { Router, type Request, type Response } from 'express';
import type { Assembly } from '../assembly.ts';
import { byteRange } from '../delivery/byte-range.ts';
import { entityTag } from '../delivery/headers.ts';
import { loopbackOnly } from '../identity/loopback-only.ts';
import { notFound } from '../platform/problem.ts';
import type { Resource } from '../resources/resource.ts';

/** Where the resources of a direct path are; the parameters come from the address. */
const FOLDERS: Readonly<Record<string, (parameters: Readonly<Record<string, string>>) => string[]>> = {
  'images/users/:name': ({ name }) => [`public/team/${name}`, `public/avatars/${name}`],
  'images/gallery/:name': ({ name }) => [`public/gallery/${name}`],
  'videos/:name': ({ name }) => [`public/videos/${name}`],
  'documents/:userId/:name': ({ userId, name }) => [`users/${userId}/documents/${name}`],
};

/**
 * The direct asset paths of development mode, as a theme's folder would answer them: no signature, no owner, no
 * revocation. Only the embedded mode serves them, to show the problem that signed URLs solve.
 */
export function directPaths({
  catalog,
  blobs,
  config,
}: Pick<Assembly, 'catalog' | 'blobs' | 'config'>): Router {
  const firstOf = async (paths: readonly string[]): Promise<Resource> => {
    for (const path of paths) {
      const resource = isPath(path.normalize('NFC'))
        ? await catalog.find(config.tenant, path.normalize('NFC'))
        : undefined;
      if (resource) return resource;
    }
    throw notFound();
  };
  const router = Router();
  router.use('/assets/deployed', loopbackOnly);
  for (const [address, pathsOf] of Object.entries(FOLDERS)) {
    router.get(`/assets/deployed/${address}`, async (request: Request<Record<string, string>>, response) => {
      const resource = await firstOf(pathsOf(request.params));
      await send(resource, request, response);
    });
  }

  async function send(
    resource: Resource,
    request: Request<Record<string, string>>,
    response: Response,
  ): Promise<void> {
    const { objectKey, contentType, size } = resource;
    // Nobody can seek in a video whose server knows no ranges.
    const range = byteRange(request.headers.range, request.get('if-range'), entityTag(resource), size);
    response.status(range.status).set({
      'Content-Type': contentType,
      'Accept-Ranges': 'bytes',
      ETag: entityTag(resource),
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'no-cache',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    if (range.status === 416) {
      response.set('Content-Range', `bytes */${size}`).end();
      return;
    }
    const { start, end } = range.status === 206 ? range : { start: 0, end: size - 1 };
    response.set('Content-Length', String(end - start + 1));
    if (range.status === 206) response.set('Content-Range', `bytes ${start}-${end}/${size}`);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    // Also ends the reading when whoever asked has gone.
    pipeline(await blobs.get(objectKey, { start, end }), response, () => undefined);
  }
  return router;
}

function isPath(path: string): boolean {
  try {
    canonicalPath(path);
    return true;
  } catch (error) {
    if (error instanceof SignedUrlError) return false;
    throw error;
  }
}
