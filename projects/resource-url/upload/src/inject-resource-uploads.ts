import { assertInInjectionContext, DestroyRef, inject } from '@angular/core';
import { sendFilmPosters } from './film-posters.ts';
import { rawPost } from './raw-post.ts';
import type { ResourceUploads, ResourceUploadsOptions } from './resource-uploads.ts';
import { UploadApi } from './upload-api.ts';
import { UploadQueue, type Afterwards } from './upload-queue.ts';

declare const ngDevMode: boolean | undefined;

/**
 * Uploads that live as long as whoever injects them: in a component, leaving it stops them; in a service provided in
 * root, they go on while the application does.
 *
 * ```ts
 * @Component({
 *   imports: [ResourceDropZone],
 *   template: `
 *     <div resourceDropZone multiple accept="image/*" (filesChosen)="uploads.add($event, { kind: 'teamPhoto' })">
 *       Drop photos here, or press Enter to choose some
 *     </div>
 *   `,
 * })
 * class Upload {
 *   protected readonly uploads = injectResourceUploads({ concurrency: 2, maxBytes: 10_000_000 });
 * }
 * ```
 *
 * @throws Error outside an injection context, without `provideResourceUrls`, which a transport of one's own needs for
 *   `filmPosters` alone, and in development builds for an option that makes no sense; it says what to write instead
 */
export function injectResourceUploads(options: ResourceUploadsOptions = {}): ResourceUploads {
  assertInInjectionContext(injectResourceUploads);
  if (typeof ngDevMode === 'undefined' || ngDevMode) checkOptions(options);
  const { concurrency = 3, maxBytes, accept, filmPosters = false } = options;
  const transport = options.transport ?? rawPost();
  const illustrate = filmPosters ? sendingPosters(new UploadApi()) : undefined;
  const uploads = new UploadQueue(transport, concurrency, { maxBytes, accept, illustrate });
  inject(DestroyRef).onDestroy(() => uploads.destroy());
  return uploads;
}

const sendingPosters =
  (api: UploadApi): Afterwards =>
  (completed) =>
    sendFilmPosters(completed, api);

function checkOptions({ concurrency, maxBytes, accept }: ResourceUploadsOptions): void {
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency > 0)) {
    reject('concurrency must be 1 or more whole files. Write concurrency: 3, or leave it out.');
  }
  if (maxBytes !== undefined && !(maxBytes > 0)) {
    reject('maxBytes must be above 0. Write maxBytes: 10_000_000, or leave it to the server.');
  }
  const wrong = (accept ?? '')
    .split(',')
    .find((entry) => !/^\s*(\.\S+|\*|[\w.+-]+\/\S+|\*\/\*)?\s*$/.test(entry));
  if (wrong !== undefined) {
    reject(
      `accept holds "${wrong.trim()}", which is no type or ending. Write accept: 'image/*,.pdf' or the like.`,
    );
  }
}

function reject(problem: string): never {
  throw new Error(`injectResourceUploads: ${problem}`);
}
