import {
  HttpEventType,
  provideHttpClient,
  withInterceptors,
  type HttpInterceptorFn,
} from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { injectResourceUploads } from '../inject-resource-uploads.ts';
import { presignedPost, type PresignedPostOptions } from '../presigned-post.ts';
import type { ResourceUploadsOptions } from '../resource-uploads.ts';
import type { UploadRequest } from '../wire-types.ts';
import { storedAnswer } from './files.ts';

export const BUCKET = 'https://bucket.example.com/files';

/** A server and its store, as docs/uploads.md has them: begin, form, complete, cancel. */
export class FormBackend {
  /** What came, in order: method and address. */
  readonly log: string[] = [];
  /** Of every request that passed the interceptors, in order. */
  readonly intercepted: string[] = [];
  /** Where forms go. */
  url = BUCKET;
  /** Seconds from now. */
  expiresIn = 3_600;
  readonly #open: TestRequest[] = [];
  #begun = 0;

  /** The oldest request that waits. What happens before it is sent, such as a checksum, may take some turns. */
  async next(): Promise<TestRequest> {
    const http = TestBed.inject(HttpTestingController);
    for (let turn = 0; turn < 1_000; turn++) {
      for (const request of http.match(() => true)) {
        this.log.push(`${request.request.method} ${request.request.urlWithParams}`);
        this.#open.push(request);
      }
      const next = this.#open.shift();
      if (next && !next.cancelled) return next;
      // Not mocked: the file is read by the browser.
      await new Promise((resolve) => realTimeout(resolve));
    }
    throw new Error(`nothing waits; there was ${this.log.join(', ')}`);
  }

  /** Lets an upload begin. @returns what was announced */
  async begin(): Promise<UploadRequest> {
    const request = await this.next();
    this.#begun += 1;
    request.flush(
      {
        id: `res_${this.#begun}`,
        uploadId: `up_${this.#begun}`,
        url: this.url,
        fields: { key: `incoming/up_${this.#begun}`, policy: 'p' },
        expiresAt: new Date(Date.now() + this.expiresIn * 1_000).toISOString(),
        maxBytes: 100,
      },
      { status: 201, statusText: 'Created' },
    );
    return request.request.body as UploadRequest;
  }

  /** Takes a form. @returns it */
  async take(): Promise<TestRequest> {
    const form = await this.next();
    form.flush('', { status: 204, statusText: 'No Content' });
    return form;
  }

  async complete(changes: Record<string, unknown> = {}): Promise<void> {
    (await this.next()).flush({ ...storedAnswer('a.jpg'), status: 'completed', ...changes });
  }

  /** Refuses whatever waits with a problem response. */
  async refuse(status: number, code: string): Promise<void> {
    const request = await this.next();
    const problem = { type: 'about:blank', title: code, status, code, detail: `It is ${code}.` };
    const body = request.request.responseType === 'text' ? JSON.stringify(problem) : problem;
    request.flush(body, { status, statusText: code });
  }

  /** Refuses a form as S3 does. */
  async refuseAsS3(status: number, code: string): Promise<void> {
    const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;
    (await this.next()).flush(xml, { status, statusText: code });
  }

  /** Gives no answer. */
  async drop(): Promise<void> {
    (await this.next()).error(new ProgressEvent('error'));
  }

  /** Says of the form how far it is. */
  static progress(form: TestRequest, loaded: number, total: number): void {
    form.event({ type: HttpEventType.UploadProgress, loaded, total });
  }
}

const realTimeout = setTimeout;

/** Uploads by signed forms, in an application that signs in by an interceptor. */
export function uploadingByForm(
  options: PresignedPostOptions & Omit<ResourceUploadsOptions, 'transport'> = {},
) {
  const backend = new FormBackend();
  const bearer: HttpInterceptorFn = (request, next) => {
    backend.intercepted.push(`${request.method} ${request.url}`);
    return next(request.clone({ setHeaders: { Authorization: 'Bearer secret' } }));
  };
  TestBed.resetTestingModule().configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([bearer])),
      provideHttpClientTesting(),
      provideResourceUrls({ mode: 'production', api: '/api/resources', withCredentials: true }),
    ],
  });
  const uploads = TestBed.runInInjectionContext(() =>
    injectResourceUploads({ ...options, transport: presignedPost(options) }),
  );
  return { uploads, backend };
}
