import type { RequestHandler } from 'express';

/** Says what of tus is spoken here, also in the answer to the preflight of a browser. @param maxBytes of an upload */
export function tusOptions(maxBytes: number): RequestHandler {
  return (_request, response, next) => {
    response.set({
      'Tus-Resumable': '1.0.0',
      'Tus-Version': '1.0.0',
      'Tus-Extension': 'creation,creation-with-upload,expiration,termination',
      'Tus-Max-Size': String(maxBytes),
    });
    next();
  };
}
