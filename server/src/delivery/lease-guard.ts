import { Transform, type TransformCallback } from 'node:stream';

const CHECK_EVERY_BYTES = 8 * 1024 * 1024;

/**
 * Passes bytes on and asks again every 8 MiB whether they may still be sent.
 *
 * @param mayGoOn false or a throw ends the stream with an error
 */
export function leaseGuard(mayGoOn: () => boolean): Transform {
  let unchecked = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      unchecked += chunk.length;
      if (unchecked < CHECK_EVERY_BYTES) {
        done(null, chunk);
        return;
      }
      unchecked = 0;
      try {
        if (mayGoOn()) done(null, chunk);
        else done(new Error('revoked while it was sent'));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
