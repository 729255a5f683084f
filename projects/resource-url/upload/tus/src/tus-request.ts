import { HttpErrorResponse, HttpEventType, HttpHeaders } from '@angular/common/http';
import { ResourceUploadError, ɵhttpFailure, type ɵUploadApi } from '@countersign/angular/upload';
import { Subscription } from 'rxjs';
import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client';

/** When the server knows nothing of an upload any more, or takes no more of it, another one is begun. */
const GONE = new Set([404, 409, 410]);

/** What requests of one file need. */
export interface TusExchange {
  readonly api: ɵUploadApi;
  /** Of the file, for messages. */
  readonly name: string;
  /** Whether it was given up meanwhile: tus-js-client does not notice when it is stopped while it starts. */
  readonly stopped: () => boolean;
  /** Looks at every answer that is no refusal. */
  readonly answered: (headers: Pick<HttpHeaders, 'get'>) => void;
}

/** Lets tus-js-client send through the interceptors of the application. */
export function tusHttp(exchange: TusExchange): HttpStack {
  return {
    createRequest: (method, url) => new TusRequest(method, url, exchange),
    getName: () => 'HttpClient',
  };
}

class TusRequest implements HttpRequest {
  readonly #method: string;
  readonly #url: string;
  readonly #exchange: TusExchange;
  readonly #headers: Record<string, string> = {};
  readonly #sending = new Subscription();
  #progress: (bytesSent: number) => void = () => undefined;

  constructor(method: string, url: string, exchange: TusExchange) {
    this.#method = method;
    this.#url = url;
    this.#exchange = exchange;
  }

  getMethod(): string {
    return this.#method;
  }

  getURL(): string {
    return this.#url;
  }

  setHeader(header: string, value: string): void {
    this.#headers[header] = value;
  }

  getHeader(header: string): string | undefined {
    return this.#headers[header];
  }

  setProgressHandler(handler: (bytesSent: number) => void): void {
    this.#progress = handler;
  }

  /** @throws ResourceUploadError for every refusal, apart from an upload that is gone */
  send(body?: unknown): Promise<HttpResponse> {
    const { api, name, answered, stopped } = this.#exchange;
    const [method, url] = [this.#method, this.#url];
    return new Promise((resolve, reject) => {
      // Nobody waits any more, so there is no answer.
      if (stopped()) return;
      // The token goes along, so nobody else may be asked, whatever an answer or the storage says.
      if (!url.startsWith(`${api.address}/tus`)) {
        reject(new ResourceUploadError('malformed-answer', `"${name}" was to be sent to a foreign address.`));
        return;
      }
      const exchange = api.events({ method, url, body, headers: this.#headers, responseType: 'text' });
      this.#sending.add(
        exchange.subscribe({
          next: (event) => {
            if (event.type === HttpEventType.UploadProgress) this.#progress(event.loaded);
            if (event.type !== HttpEventType.Response) return;
            answered(event.headers);
            resolve(answer(event.status, event.headers));
          },
          error: (error: unknown) => {
            const gone = error instanceof HttpErrorResponse && method === 'HEAD' && GONE.has(error.status);
            if (gone) resolve(answer(error.status, error.headers));
            else reject(ɵhttpFailure(error, name));
          },
        }),
      );
    });
  }

  abort(): Promise<void> {
    this.#sending.unsubscribe();
    return Promise.resolve();
  }

  getUnderlyingObject(): undefined {
    return undefined;
  }
}

function answer(status: number, headers: HttpHeaders): HttpResponse {
  return {
    getStatus: () => status,
    getHeader: (header) => headers.get(header) ?? undefined,
    getBody: () => '',
    getUnderlyingObject: () => undefined,
  };
}
