import {
  HttpErrorResponse,
  HttpEventType,
  HttpHeaders,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
  type HttpEvent,
  type HttpInterceptorFn,
  type HttpRequest,
} from '@angular/common/http';
import { createEnvironmentInjector, EnvironmentInjector, runInInjectionContext, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { injectResourceUploads, type ResourceUpload } from '@countersign/angular/upload';
import { NEVER, Observable, of, startWith, throwError } from 'rxjs';
import { resumable, type ResumableOptions } from '../resumable.ts';

interface Stored {
  readonly owner: string;
  readonly length: number;
  readonly metadata: Readonly<Record<string, string>>;
  offset: number;
  readonly resourceId: string;
}

/** What becomes of the next bytes: all are taken, or so many and then there is no answer, or the line breaks. */
type Next =
  | { readonly does: 'take' }
  | { readonly does: 'hang' | 'break'; readonly after: number }
  | { readonly does: 'refuse'; readonly status: number; readonly code: string };

/** A server as docs/uploads.md has it, below the interceptors of an application: whoever has a token has its name. */
export class TusServer {
  /** What came, in order: method, name of the upload, offset. */
  readonly log: string[] = [];
  /** Authorization of everything that came. */
  readonly tokens: (string | null)[] = [];
  readonly uploads = new Map<string, Stored>();
  next: Next = { does: 'take' };
  /** Of the next completions: status and code. */
  readonly refusedCompletions: (readonly [number, string])[] = [];
  /** Where another server would be. */
  location = (id: string): string => `/api/resources/tus/${id}`;
  #made = 0;

  readonly interceptor: HttpInterceptorFn = (request) =>
    new Observable<HttpEvent<unknown>>((subscriber) => this.#answer(request).subscribe(subscriber));

  #answer(request: HttpRequest<unknown>): Observable<HttpEvent<unknown>> {
    const { method } = request;
    const token = request.headers.get('Authorization');
    this.tokens.push(token);
    if (token === null) return refused(401, 'sign-in-required');
    const { pathname } = new URL(request.url, document.baseURI);
    const [, id] = /\/tus\/([\w-]+)$/.exec(pathname) ?? [];
    if (pathname.endsWith('/complete')) {
      this.log.push('complete');
      const refusal = this.refusedCompletions.shift();
      return refusal ? refused(...refusal) : answered(200, {}, resourceOf(pathname));
    }
    if (id === undefined) return this.#create(request, token);
    const stored = this.uploads.get(id);
    this.log.push(`${method} ${id}${method === 'PATCH' ? ` ${request.headers.get('Upload-Offset')}` : ''}`);
    if (stored?.owner !== token) return refused(404, 'not-found');
    const about = { 'Upload-Offset': `${stored.offset}`, 'Resource-Id': stored.resourceId };
    if (method === 'HEAD') return answered(200, { ...about, 'Upload-Length': `${stored.length}` });
    if (method === 'DELETE') {
      this.uploads.delete(id);
      return answered(204, {});
    }
    return this.#take(request, stored);
  }

  #create(request: HttpRequest<unknown>, owner: string): Observable<HttpEvent<unknown>> {
    this.#made += 1;
    const id = `up${this.#made}`;
    this.log.push(`POST ${id}`);
    if (this.next.does === 'refuse') return this.#refuse(this.next);
    const metadata = Object.fromEntries(
      (request.headers.get('Upload-Metadata') ?? '').split(',').map((pair) => {
        const [key = '', value = ''] = pair.split(' ');
        return [key, new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)))];
      }),
    );
    const resourceId = `res_${this.#made}`;
    this.uploads.set(id, {
      ...{ owner, metadata, resourceId, offset: 0 },
      length: Number(request.headers.get('Upload-Length')),
    });
    const expires = new Date(Date.now() + 86_400_000).toUTCString();
    return answered(201, {
      Location: this.location(id),
      'Resource-Id': resourceId,
      'Upload-Expires': expires,
    });
  }

  #take(request: HttpRequest<unknown>, stored: Stored): Observable<HttpEvent<unknown>> {
    const { size } = request.body as Blob;
    const next = this.next;
    if (next.does === 'refuse') return this.#refuse(next);
    const taken = next.does === 'take' ? size : Math.min(size, next.after);
    stored.offset += taken;
    const progress = { type: HttpEventType.UploadProgress, loaded: taken, total: size } as const;
    if (next.does === 'hang') return NEVER.pipe(startWith(progress));
    const end =
      next.does === 'break'
        ? throwError(() => new HttpErrorResponse({ status: 0 }))
        : answered(204, { 'Upload-Offset': `${stored.offset}`, 'Resource-Id': stored.resourceId });
    return end.pipe(startWith(progress));
  }

  #refuse({ status, code }: { status: number; code: string }): Observable<never> {
    this.next = { does: 'take' };
    return refused(status, code);
  }
}

const answered = (
  status: number,
  headers: Record<string, string>,
  body: unknown = '',
): Observable<HttpEvent<unknown>> =>
  of(new HttpResponse({ status, headers: new HttpHeaders(headers), body }));

const refused = (status: number, code: string): Observable<never> =>
  throwError(() => new HttpErrorResponse({ status, error: JSON.stringify({ code, status }) }));

function resourceOf(pathname: string) {
  return {
    id: pathname.split('/').at(-2),
    path: 'users/h/documents/a',
    kind: 'document',
    owner: 'ada',
    ownerName: 'Ada',
    ownerHandle: 'h',
    displayName: 'a.bin',
    contentType: 'application/octet-stream',
    size: 100,
    createdAt: '2026-01-01T12:00:00.000Z',
    status: 'completed',
  };
}

/** An application in which somebody is signed in; it is opened anew by every call, as after a reload. */
export function opened(server: TusServer, options: ResumableOptions | 'nobody known' = {}) {
  const who = signal<string | undefined>('ada');
  const bearer: HttpInterceptorFn = (request, next) => {
    const token = who();
    return next(token === undefined ? request : request.clone({ setHeaders: { Authorization: token } }));
  };
  TestBed.resetTestingModule().configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([bearer, server.interceptor])),
      provideResourceUrls({ mode: 'production', api: '/api/resources' }),
    ],
  });
  const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
  const uploads = runInInjectionContext(injector, () =>
    injectResourceUploads({
      transport: resumable(options === 'nobody known' ? {} : { who: () => who(), ...options }),
    }),
  );
  return { uploads, who, leave: () => injector.destroy() };
}

const realTimeout = setTimeout;

/** Waits until an upload has come so far. */
export async function until(upload: ResourceUpload, isThere: () => boolean): Promise<void> {
  for (let turn = 0; !isThere(); turn++) {
    if (turn > 2_000) throw new Error(`it stays ${JSON.stringify(upload.state())}`);
    await new Promise((resolve) => realTimeout(resolve, 1));
  }
}
