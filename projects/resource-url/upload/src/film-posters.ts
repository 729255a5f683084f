import { catchError, concat, concatMap, defer, filter, map, Observable, of, reduce, timeout } from 'rxjs';
import { filmDetails, type FilmDetails } from './film-details.ts';
import type { ResourceUpload } from './resource-upload.ts';
import type { UploadApi } from './upload-api.ts';
import type { UploadedResource } from './uploaded-resource.ts';
import type { ResourceEdit } from './wire-types.ts';

/** How long each call may take, so that one that hangs does not hold up the next film. */
const TIME_LIMIT_MS = 60_000;

/**
 * Sends the picture and the length of every film that has been uploaded, one film at a time. What cannot be had or is
 * refused is left out and not tried again: the film is at the server, and complete without it.
 *
 * @param completed the uploads, as they complete
 * @returns those of which the server has taken the picture or the length
 */
export function sendFilmPosters(
  completed: Observable<ResourceUpload>,
  api: UploadApi,
): Observable<ResourceUpload> {
  return completed.pipe(
    concatMap((upload) =>
      filmOf(upload).pipe(
        concatMap((film) => detailsOf(upload.file).pipe(concatMap((details) => send(api, film, details)))),
        filter((isTaken) => isTaken),
        map(() => upload),
      ),
    ),
  );
}

/** The resource, if it is a film. */
function filmOf({ state$ }: ResourceUpload): Observable<UploadedResource> {
  return state$.pipe(
    concatMap((state) => (state.status === 'completed' ? [state.resource] : [])),
    filter(({ contentType }) => contentType.startsWith('video/')),
  );
}

function detailsOf(file: File): Observable<FilmDetails> {
  return new Observable((subscriber) => {
    const leaving = new AbortController();
    void filmDetails(file, { signal: leaving.signal }).then((details) => {
      if (details) subscriber.next(details);
      subscriber.complete();
    });
    return () => leaving.abort();
  });
}

/** @returns whether the server took one of both */
function send(
  api: UploadApi,
  { id }: UploadedResource,
  { poster, durationMs }: FilmDetails,
): Observable<boolean> {
  const path = `/${encodeURIComponent(id)}`;
  const length: ResourceEdit = { durationMs };
  const calls = [
    defer(() => api.call('PUT', `${path}/poster`, poster)),
    defer(() => api.call('PATCH', path, length)),
  ];
  return concat(
    ...calls.map((call) =>
      call.pipe(
        timeout(TIME_LIMIT_MS),
        map(() => true),
        catchError(() => of(false)),
      ),
    ),
  ).pipe(reduce((some, isTaken) => some || isTaken, false));
}
