import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import type { SignRequest } from '../core/wire-types.ts';
import { provideResourceUrls } from '../provide-resource-urls.ts';
import type { ResourceUrlConfig } from '../resource-url-config.ts';
import type { ResourceUrlFeature } from '../resource-url-feature.ts';
import { ResourceUrlService } from '../resource-url.service.ts';

/** Answers sign requests as the HTTP contract says, and counts them. */
export class SigningBackend {
  /** The bodies of every request answered so far, in order. */
  readonly bodies: unknown[] = [];
  readonly #http = TestBed.inject(HttpTestingController);
  #signatures = 0;

  /** How many requests were answered so far. */
  get answered(): number {
    return this.bodies.length;
  }

  /** The requests that wait for an answer; each is handed out once. They are sent one microtask after the asking. */
  async open(): Promise<TestRequest[]> {
    await Promise.resolve();
    return this.#http.match(() => true);
  }

  /** Signs whatever waits, every time with a new signature. */
  async sign(minutes = 60): Promise<void> {
    for (const request of await this.open()) {
      const body = bodyOf(request) as SignRequest | { resources: SignRequest[] };
      this.bodies.push(body);
      request.flush(
        'resources' in body
          ? { results: body.resources.map(({ path }) => this.signed(path, minutes)) }
          : this.signed(body.path, minutes),
      );
    }
  }

  /** Refuses whatever waits with a problem response. */
  async refuse(status: number, code: string, headers: Record<string, string> = {}): Promise<void> {
    for (const request of await this.open()) {
      this.bodies.push(bodyOf(request));
      request.flush(
        { type: 'about:blank', title: code, status, code },
        { status, statusText: code, headers },
      );
    }
  }

  /** One answer of the contract. */
  signed(path: string, minutes = 60) {
    const expiry = Date.now() + minutes * 60_000;
    this.#signatures += 1;
    return {
      url: `https://cdn.example.com/${path}?sig=${this.#signatures}&exp=${Math.floor(expiry / 1000)}`,
      expiresAt: new Date(expiry).toISOString(),
      signatureId: `sig_${this.#signatures}`,
    };
  }
}

/** What goes over the wire. */
export function bodyOf({ request }: TestRequest): unknown {
  return JSON.parse(request.serializeBody() as string);
}

/**
 * A service in production mode and the backend that answers it; `config` overrides. It repeats no request that failed
 * unless `retry` says so: then a spec would have to wait for it.
 */
export function production(config: Partial<ResourceUrlConfig> = {}, ...features: ResourceUrlFeature[]) {
  const service = configured({ mode: 'production', retry: { retries: 0 }, ...config }, features);
  return { service, backend: new SigningBackend() };
}

/** A service in development mode; `config` overrides. */
export function development(config: Partial<ResourceUrlConfig> = {}) {
  const service = configured({ mode: 'development', ...config });
  return { service, http: TestBed.inject(HttpTestingController) };
}

function configured(
  config: Partial<ResourceUrlConfig>,
  features: readonly ResourceUrlFeature[] = [],
): ResourceUrlService {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(),
      provideHttpClientTesting(),
      provideResourceUrls({ api: '/api/resources', ...config }, ...features),
    ],
  });
  return TestBed.inject(ResourceUrlService);
}
