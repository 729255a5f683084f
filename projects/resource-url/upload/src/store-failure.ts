import { HttpErrorResponse } from '@angular/common/http';
import { httpFailure, refusal } from './http-failure.ts';
import { ResourceUploadError } from './resource-upload-error.ts';

/** What S3 says when it takes no form of this size. */
const SIZES = /^Entity(TooLarge|TooSmall)$/;

/**
 * What a store refused a form with: the problem response of the gateway, or the XML of S3.
 *
 * @param name of the file, for the message
 */
export function storeFailure(error: unknown, name: string): ResourceUploadError {
  if (!(error instanceof HttpErrorResponse) || error.status < 300) return httpFailure(error, name);
  const { status, headers } = error;
  const text = typeof error.error === 'string' ? error.error : '';
  const [, word] = /<Code>(\w{1,64})<\/Code>/.exec(text) ?? [];
  if (word === undefined) return refusal(name, status, text, headers);
  // S3 gives up on a connection that is slow, and says so with a 400.
  if (word === 'RequestTimeout') return new ResourceUploadError('network', `"${name}" came too slowly.`);
  const code = SIZES.test(word) ? 'upload-size' : 'store-refused';
  return new ResourceUploadError(code, `${code}: "${name}" was refused with ${status}.`, {
    status,
    detail: `The store said ${word}.`,
  });
}
