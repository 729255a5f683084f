import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ParsedUrl } from '@countersign/signed-url';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { DenialLog } from '../audit/denials.ts';
import { ipPrefix } from '../audit/ip-prefix.ts';
import { addressOf } from '../identity/client-address.ts';
import type { AccessRow } from '../audit/rows.ts';
import type { Spool } from '../audit/spool.ts';
import { hotlink, type SiteOrigins } from '../identity/site-origins.ts';
import type { Derivatives } from '../derivatives/derivatives.ts';
import { derivativesBusy } from '../derivatives/problems.ts';
import { BlobNotFoundError, type BlobStore } from '../platform/blob-store.ts';
import type { Clock } from '../platform/clock.ts';
import { Problem } from '../platform/problem.ts';
import type { Resource } from '../resources/resource.ts';
import { isAnonymousUrl } from './anonymous-url.ts';
import { byteRange, isUnchanged, type ByteRange } from './byte-range.ts';
import type { Denial, SignedUrlCheck, Verdict } from './check.ts';
import { deliveryHeaders, entityTag } from './headers.ts';
import type { HotObjects } from './hot-objects.ts';
import { leaseGuard } from './lease-guard.ts';
import type { OpenStreams } from './open-streams.ts';

/** 403 `refused`: the one answer to a bad signature, an unknown key and a revoked key. */
const refused = (): Problem =>
  new Problem(403, 'refused', 'This URL opens nothing', 'Ask for a new one where you got it.');

/** 403 `expired`: told only after the signature held. */
const expired = (): Problem =>
  new Problem(403, 'expired', 'This URL has expired', 'Ask for a new one where you got it.');

const methodNotAllowed = (): Problem =>
  new Problem(405, 'method-not-allowed', 'Only GET and HEAD are served here', undefined, {
    Allow: 'GET, HEAD',
  });

const STALLED_MS = 30_000;

/** What delivery works with. */
export interface DeliveryOptions {
  check: SignedUrlCheck;
  hot: HotObjects;
  blobs: BlobStore;
  streams: OpenStreams;
  spool: Spool;
  denials: DenialLog;
  derivatives: Pick<Derivatives, 'of' | 'lost'>;
  /** The pages that may show what was signed for everybody. */
  sites: SiteOrigins;
  clock: Clock;
  log: Logger;
}

type Good = Verdict & { ok: true };

/** Sends the bytes behind a signed URL, or refuses; either way the audit knows before the first byte leaves. */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * @param request `request.url` is the raw target after the delivery prefix
   * @throws Problem refused, expired, hotlink, method-not-allowed, lease-expired, audit-unavailable
   */
  async serve(request: Request, response: Response): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    const { check, spool, hot, sites, clock } = this.#options;
    const began = clock.monotonic();
    const verdict = await check.check(request.url);
    if (!verdict.ok) throw this.#deny(verdict, request, began);

    const { url, key } = verdict;
    // Every use comes by here, also of a copy that the browser keeps (`private, no-cache`): no Vary is needed, and by
    // Referer it would make each page fetch the bytes anew.
    if (!sites.admits(request.headers) && isAnonymousUrl(url, key, verdict.resource.rotation)) {
      throw this.#deny(deniedAfterAll('hotlink', verdict), request, began);
    }
    const resource = verdict.derivative
      ? await this.#options.derivatives
          .of(verdict.resource, verdict.derivative)
          .catch((error: unknown) => this.#impossible(error, verdict, request, began))
      : verdict.resource;
    const tag = entityTag(resource);
    const unchanged = isUnchanged(request.headers['if-none-match'], tag);
    const range = unchanged
      ? { status: 304 as const }
      : byteRange(
          request.method === 'GET' ? request.headers.range : undefined,
          request.get('if-range'),
          tag,
          resource.size,
        );
    const headers = deliveryHeaders(resource, url.dl);

    const length = request.method === 'HEAD' ? 0 : lengthOf(range, resource.size);
    // Before the row and the headers: a store that is away is a refusal, and no delivery.
    const wanted = needsBytes(request, range.status);
    const kept = wanted ? hot.peek(resource) : undefined;
    const { bytes, body } =
      wanted && !kept
        ? await this.#bytesOf(resource, range).catch((error: unknown) =>
            this.#failed(error, verdict, resource),
          )
        : { bytes: kept, body: undefined };
    try {
      await spool.append(this.#deliveryRow(request, verdict, { began, status: range.status, bytes: length }));
      if (!check.stillGood(verdict)) {
        throw this.#deny(deniedAfterAll('revoked-meanwhile', verdict), request, began);
      }
    } catch (error) {
      body?.destroy();
      throw error;
    }
    await this.#send(request, response, { verdict, size: resource.size, range, headers, bytes, body });
  }

  async #send(
    request: Request,
    response: Response,
    reply: {
      verdict: Good;
      /** Of what is sent. */
      size: number;
      range: ByteRange | { status: 304 };
      headers: Record<string, string>;
      bytes: Buffer | undefined;
      body: Readable | undefined;
    },
  ): Promise<void> {
    const { verdict, size, range, headers, bytes, body } = reply;
    if (range.status === 304) {
      delete headers['Content-Type'];
      response.writeHead(304, headers).end();
      return;
    }
    if (range.status === 416) {
      response
        .writeHead(416, { ...headers, 'Cache-Control': 'no-store', 'Content-Range': `bytes */${size}` })
        .end();
      return;
    }
    headers['Content-Length'] = String(lengthOf(range, size));
    if (range.status === 206) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${size}`;
    response.writeHead(range.status, headers);
    if (body) await this.#stream(response, verdict, body);
    else if (request.method === 'HEAD' || !bytes) response.end();
    else response.end(range.status === 206 ? bytes.subarray(range.start, range.end + 1) : bytes);
  }

  /** @returns what is not in memory yet */
  async #bytesOf(
    resource: Resource,
    range: ByteRange | { status: 304 },
  ): Promise<{ bytes: Buffer | undefined; body: Readable | undefined }> {
    const bytes = await this.#options.hot.get(resource);
    if (bytes || resource.size === 0) return { bytes, body: undefined };
    return { bytes, body: await this.#open(resource, range) };
  }

  /** Whoever was revoked while it was made is told no more than anybody who is revoked. */
  #impossible(error: unknown, verdict: Good, request: Request, began: number): never {
    if (this.#options.check.stillGood(verdict)) throw error;
    throw this.#deny(deniedAfterAll('revoked-meanwhile', verdict), request, began);
  }

  /** A picture whose bytes are not there can be made again, unlike its original. */
  async #failed(error: unknown, { derivative }: Good, resource: Resource): Promise<never> {
    if (!derivative || !(error instanceof BlobNotFoundError)) throw error;
    await this.#options.derivatives.lost(resource);
    throw derivativesBusy('Its bytes are lost, and are made again.');
  }

  async #open(resource: Resource, range: ByteRange | { status: 304 }): Promise<Readable> {
    const wanted = range.status === 206 ? { start: range.start, end: range.end } : undefined;
    const body = await this.#options.blobs.get(resource.objectKey, wanted);
    // Nobody listens before it is sent, and what fails until then fails again in the pipeline.
    body.on('error', () => undefined);
    return body;
  }

  async #stream(response: Response, verdict: Good, body: Readable): Promise<void> {
    const { streams, check, log } = this.#options;
    const { key, url, resource } = verdict;
    const cut = new AbortController();
    const ended = streams.add({
      kid: key.kid,
      signatureId: `sig_${url.sid}`,
      tenantId: key.tenantId,
      path: resource.path,
      cut: () => cut.abort(),
    });
    // Readers that take nothing for so long are gone; slow ones take something.
    response.setTimeout(STALLED_MS, () => cut.abort());
    try {
      const guard = leaseGuard(() => check.stillGood(verdict));
      await pipeline(body, guard, response, { signal: cut.signal });
    } catch (error) {
      // The headers are out: all that is left is to break the connection, so that nobody takes a part for the whole.
      response.destroy();
      const closedByClient = (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!closedByClient) log.info({ resourceId: resource.id, err: error }, 'a delivery was cut');
    } finally {
      ended();
    }
  }

  #deny(denial: Denial, request: Request, began: number): Problem {
    const { cause, macHeld, url, path, tenantId, ownerId } = denial;
    const row: AccessRow = {
      ...this.#requestColumns(request, url, began),
      event: 'denial',
      tenantId,
      path,
      owner: ownerId,
      reason: cause,
      status: 403,
      // A signature that is wrong says nothing of the URL whose id it names.
      ...(cause === 'signature' ? { signatureId: undefined } : {}),
    };
    // How often a foreign page is looked at must not decide how much is stored: counted, with samples.
    const isAlwaysRow = macHeld && cause !== 'hotlink';
    this.#options.denials.denied({ cause, macHeld: isAlwaysRow, ipPrefix: row.ipPrefix, row });
    if (cause === 'hotlink') return hotlink();
    return cause === 'expired' ? expired() : refused();
  }

  #deliveryRow(
    request: Request,
    { url, key, resource, derivative }: Good,
    { began, status, bytes }: { began: number; status: number; bytes: number },
  ): AccessRow {
    return {
      ...this.#requestColumns(request, url, began),
      event: 'delivery',
      tenantId: key.tenantId,
      path: resource.path,
      resourceId: resource.id,
      owner: key.ownerId,
      // The path is that of the resource: who searches for it must not miss who has seen it smaller.
      reason: derivative && `derivative:${derivative.name}`,
      status,
      bytes,
    };
  }

  #requestColumns(request: Request, url: ParsedUrl | undefined, began: number) {
    const { clock } = this.#options;
    return {
      at: clock.now(),
      durationMs: clock.monotonic() - began,
      signatureId: url && `sig_${url.sid}`,
      kid: url?.kid,
      expiresAt: url && url.exp * 1000,
      ipPrefix: ipPrefix(addressOf(request)),
      userAgent: request.headers['user-agent'] ?? '',
    };
  }
}

function deniedAfterAll(cause: 'hotlink' | 'revoked-meanwhile', { url, key, resource }: Good): Denial {
  const { tenantId, ownerId } = key;
  return { ok: false, cause, macHeld: true, url, path: resource.path, tenantId, ownerId };
}

function needsBytes(request: Request, status: number): boolean {
  return request.method === 'GET' && (status === 200 || status === 206);
}

function lengthOf(range: ByteRange | { status: 304 }, size: number): number {
  if (range.status === 200) return size;
  return range.status === 206 ? range.end - range.start + 1 : 0;
}
