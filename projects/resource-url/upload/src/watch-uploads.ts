import { HttpEventType, type HttpDownloadProgressEvent, type HttpEvent } from '@angular/common/http';
import { catchError, defer, EMPTY, Observable, repeat, timer } from 'rxjs';
import { EventReader, type ServerEvent } from './event-reader.ts';
import { httpFailure } from './http-failure.ts';
import { ResourceUploadError } from './resource-upload-error.ts';
import { UploadApi } from './upload-api.ts';
import { readUploadNews, type UploadNews } from './upload-news.ts';

/** Until a stream that was good is opened again. */
const AGAIN_MS = 1000;
/** A stream begins with a word. Where none comes, something between holds it back. */
const FIRST_WORD_MS = 10_000;
/** Three times as long as the server is ever silent. */
const SILENCE_MS = 45_000;
/** So often it is asked before another stream is tried. */
const POLLS = 20;
/** The text of a stream stays in memory as long as it is open. */
const MOST_TEXT = 256 * 1024;

/** What `watchUploads` takes. */
export interface WatchUploadsOptions {
  /** Milliseconds between two questions where no stream is to be had. Left out: 3000. */
  readonly pollMs?: number;
}

/**
 * How the uploads of whoever is signed in stand at the server, in this tab or any other: first those that are under way or
 * have just ended, then every change, as server-sent events through the application's interceptors. A stream that breaks is
 * opened again; where none is to be had, because something on the way holds it back or too many are open, the server is
 * asked every few seconds.
 *
 * Nothing is asked before somebody subscribes. Subscribe while files are on their way: like every request, an open stream
 * keeps an application from becoming stable.
 *
 * ```ts
 * readonly uploads = injectResourceUploads({ transport: presignedPost() });
 * readonly news = new Map<string, UploadNews>();
 * readonly watching = watchUploads().subscribe((news) => this.news.set(news.id, news));
 * ```
 *
 * Needs an injection context. It never completes; it errors with `ResourceUploadError` when the server refuses: nobody is
 * signed in (any more), or may not upload.
 *
 * @throws Error when `provideResourceUrls` is missing
 */
export function watchUploads({ pollMs = 3000 }: WatchUploadsOptions = {}): Observable<UploadNews> {
  const api = new UploadApi();
  return defer(() => {
    let polls = 0;
    const round = defer(() => {
      const polling = polls > 0;
      polls -= polling ? 1 : 0;
      let spoke = false;
      return events(api, polling, () => (spoke = true)).pipe(
        catchError((error: unknown) => {
          const failure = httpFailure(error, 'uploads');
          if (!failure.transient) throw failure;
          if (!polling && !spoke) polls = POLLS;
          return EMPTY;
        }),
      );
    });
    return round.pipe(repeat({ delay: () => timer(polls > 0 ? pollMs : AGAIN_MS) }));
  });
}

/** One request, and what it tells until it ends. */
function events(api: UploadApi, polling: boolean, spoke: () => void): Observable<UploadNews> {
  return new Observable((subscriber) => {
    const reader = new EventReader();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const waitFor = (ms: number): void => {
      clearTimeout(silence);
      silence = setTimeout(() => subscriber.error(new ResourceUploadError('network', 'No news came.')), ms);
    };
    const hear = (text: string): void => {
      spoke();
      waitFor(SILENCE_MS);
      for (const event of reader.take(text)) {
        const refusal = refusalIn(event);
        if (refusal) return subscriber.error(refusal);
        const news = event.name === 'upload' ? readUploadNews(event.data) : undefined;
        if (news) subscriber.next(news);
      }
      if (text.length > MOST_TEXT) subscriber.complete();
    };
    waitFor(FIRST_WORD_MS);
    const asking = api
      .events({
        method: 'GET',
        url: `${api.path}/uploads/events${polling ? '?follow=false' : ''}`,
        headers: { Accept: 'text/event-stream' },
        responseType: 'text',
        streamed: true,
      })
      .subscribe({
        next: (event) => {
          const text = textOf(event);
          if (text !== undefined) hear(text);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    return () => {
      clearTimeout(silence);
      asking.unsubscribe();
    };
  });
}

function textOf(event: HttpEvent<unknown>): string | undefined {
  if (event.type === HttpEventType.DownloadProgress) return (event as HttpDownloadProgressEvent).partialText;
  return event.type === HttpEventType.Response && typeof event.body === 'string' ? event.body : undefined;
}

/** The last word of a stream, when it means that another one would be refused. */
function refusalIn({ name, data }: ServerEvent): ResourceUploadError | undefined {
  if (name !== 'end') return undefined;
  if (data.includes('"signed-out"')) {
    return new ResourceUploadError('sign-in-required', 'Nobody is signed in any more.', { status: 401 });
  }
  return data.includes('"revoked"')
    ? new ResourceUploadError('owner-revoked', 'Who is signed in was revoked.', { status: 403 })
    : undefined;
}
