import { HttpEventType, provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { EnvironmentInjector, createEnvironmentInjector, runInInjectionContext } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { injectResourceUploads } from '../inject-resource-uploads.ts';
import type { ResourceUploadsOptions } from '../resource-uploads.ts';
import { storedAnswer } from './files.ts';

/** Answers uploads as the HTTP contract says. */
export class UploadBackend {
  readonly #http = TestBed.inject(HttpTestingController);
  readonly #open: TestRequest[] = [];

  /** The uploads that wait for an answer, in order; those that were aborted are not among them. */
  get open(): readonly TestRequest[] {
    this.#open.push(...this.#http.match(() => true));
    return this.#open.filter(({ cancelled, request }) => !cancelled && !this.#answered.has(request));
  }

  readonly #answered = new Set<unknown>();

  /** The names of the files that wait for an answer. */
  get names(): readonly (string | null)[] {
    return this.open.map(({ request }) => request.params.get('name'));
  }

  /** Says of the oldest upload how far it is. */
  progress(loaded: number): void {
    this.#oldest().event({ type: HttpEventType.UploadProgress, loaded });
  }

  /** Stores the oldest upload. */
  store(): void {
    const upload = this.#take();
    const { name, size } = upload.request.body as File;
    upload.flush(storedAnswer(name, size), { status: 201, statusText: 'Created' });
  }

  /** Refuses the oldest upload with a problem response. */
  refuse(status: number, code: string, headers: Record<string, string> = {}, detail?: string): void {
    this.#take().flush(
      { type: 'about:blank', title: code, status, code, detail },
      { status, statusText: code, headers },
    );
  }

  /** Gives the oldest upload no answer. */
  drop(): void {
    this.#take().error(new ProgressEvent('error'));
  }

  /** Answers the oldest upload with any body. */
  answer(body: object | string | null, status = 201): void {
    this.#take().flush(body, { status, statusText: 'Whatever' });
  }

  #oldest(): TestRequest {
    const [upload] = this.open;
    if (!upload) throw new Error('no upload waits');
    return upload;
  }

  #take(): TestRequest {
    const upload = this.#oldest();
    this.#answered.add(upload.request);
    return upload;
  }
}

/** Uploads over the raw POST and the backend that answers them. `leave` destroys whoever injected them. */
export function uploading(options: ResourceUploadsOptions = {}) {
  TestBed.resetTestingModule().configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      provideResourceUrls({ mode: 'production', api: '/api/resources' }),
    ],
  });
  const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
  const uploads = runInInjectionContext(injector, () => injectResourceUploads(options));
  return { uploads, backend: new UploadBackend(), leave: () => injector.destroy() };
}
