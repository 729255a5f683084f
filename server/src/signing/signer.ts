import { canonicalPath, SignedUrlError, windowedExpiry } from '@countersign/signed-url';
import type { Logger } from 'pino';
import type { DenialLog } from '../audit/denials.ts';
import type { IssuanceLog } from '../audit/issuance.ts';
import type { IssuanceRow } from '../audit/rows.ts';
import type { Memberships } from '../collections/memberships.ts';
import type { Principal } from '../identity/principal.ts';
import { hotlink } from '../identity/site-origins.ts';
import type { KeyRing, OwnerKey } from '../keys/key-ring.ts';
import { ownerRevoked } from '../keys/owner-keys.ts';
import {
  derivativeOf,
  derivedPath,
  pathOfDerivative,
  type DerivativeFormat,
  type DerivativeWidth,
} from '../derivatives/derivative-name.ts';
import { hasPictures } from '../derivatives/pictured-types.ts';
import { noPictures } from '../derivatives/problems.ts';
import type { Clock } from '../platform/clock.ts';
import { described, toProblem } from '../platform/problem-handler.ts';
import { Problem } from '../platform/problem.ts';
import type { Catalog } from '../resources/catalog.ts';
import { signLive } from './live-url.ts';
import { admits, asksMembership, lifetimeOf, notAllowed, type SigningPolicy } from './policy.ts';
import type { PolicySource } from './policy-source.ts';

/** One thing to sign. */
export interface SignRequest {
  /** The key, decoded, without a leading slash; or that of a smaller picture, as `pathOfDerivative` makes it. */
  path: string;
  /** Whole minutes; undefined takes the policy's default. */
  expiryMinutes?: number | undefined;
  /** Why, for the audit. */
  reason: string;
  /** Of a smaller picture of it. */
  width?: DerivativeWidth | undefined;
  /** Of the smaller picture. */
  format?: DerivativeFormat | undefined;
}

/** The answer of specification 001. */
export interface SignedAnswer {
  url: string;
  /** ISO time. */
  expiresAt: string;
  signatureId: string;
}

/** Who asks, as far as the audit wants to know. */
export interface Caller {
  principal: Principal;
  ipPrefix: string;
  userAgent: string;
  /** The call is anonymous and comes from a page that is none of `SITE_ORIGINS`. */
  fromForeignPage: boolean;
}

interface Prepared {
  answer: SignedAnswer;
  row: IssuanceRow;
  key: OwnerKey;
}

/** 400 `invalid-path`. */
const invalidPath = (): Problem =>
  new Problem(
    400,
    'invalid-path',
    'The path is not a canonical key',
    'Send segments divided by single slashes, decoded, in NFC, without . or .. segments, e.g. public/team/avatar-2.jpg.',
  );

/** What the signer needs to know of the deployment. */
export interface SignerOptions {
  keys: KeyRing;
  catalog: Catalog;
  memberships: Pick<Memberships, 'isIn'>;
  policy: PolicySource;
  issuances: IssuanceLog;
  denials: DenialLog;
  clock: Clock;
  log: Logger;
  /** Public address of delivery without a trailing slash, e.g. `https://cdn.example.com`. */
  deliveryUrl: string;
}

/** Issues signed URLs. No URL leaves before its audit row is committed. */
export class Signer {
  readonly #options: SignerOptions;
  readonly #authority: string;

  constructor(options: SignerOptions) {
    this.#options = options;
    this.#authority = new URL(options.deliveryUrl).host;
  }

  /**
   * @throws Problem hotlink, invalid-path, not-allowed, no-pictures, expiry-too-long, owner-revoked, signatures-revoked, audit-unavailable
   */
  async sign(request: SignRequest, caller: Caller): Promise<SignedAnswer> {
    this.#refuseForeignPage(caller, request);
    const prepared = await this.#prepare(request, caller, this.#options.policy.current);
    const [committed] = await this.#options.issuances.record([prepared.row]);
    if (!committed) throw this.#deadOnArrival(prepared);
    return prepared.answer;
  }

  /**
   * Signs many in one audit transaction.
   *
   * @param requests what to sign; a problem in the place of one is handed back as it is
   * @returns an answer or its problem for each request, in the same order
   * @throws Problem hotlink, audit-unavailable: then none was signed
   */
  async signMany(
    requests: readonly (SignRequest | Problem)[],
    caller: Caller,
  ): Promise<(SignedAnswer | Problem)[]> {
    this.#refuseForeignPage(caller, requests[0]);
    // All of them by the same rules, also when the file changes while they wait.
    const policy = this.#options.policy.current;
    const outcomes = await Promise.all(
      requests.map((request) =>
        request instanceof Problem
          ? request
          : this.#prepare(request, caller, policy).catch((error: unknown) => {
              // One that cannot be signed must not take the others of the page with it.
              if (!(error instanceof Problem))
                this.#options.log.error(described(error), 'a path could not be signed');
              return toProblem(error);
            }),
      ),
    );
    const prepared = outcomes.filter((outcome): outcome is Prepared => !(outcome instanceof Problem));
    const committed =
      prepared.length > 0 ? await this.#options.issuances.record(prepared.map(({ row }) => row)) : [];
    const isCommitted = new Map(prepared.map((item, index) => [item, committed[index]]));
    return outcomes.map((outcome) => {
      if (outcome instanceof Problem) return outcome;
      return isCommitted.get(outcome) ? outcome.answer : this.#deadOnArrival(outcome);
    });
  }

  async #prepare(
    request: SignRequest,
    { principal, ipPrefix, userAgent }: Caller,
    policy: SigningPolicy,
  ): Promise<Prepared> {
    const { keys, catalog, memberships, clock, deliveryUrl } = this.#options;
    const { expiryMinutes, reason } = request;
    const { path, signed } = wantedOf(request);
    assertCanonical(signed);
    // Both are nearly always in memory, where waiting a turn for each would be most of the cost.
    const known = catalog.peek(principal.tenantId, path);
    if (!known && policy.refusesUnseen(principal, path)) throw notAllowed();
    const resource = known ?? (await catalog.find(principal.tenantId, path));
    const rule = policy.ruleFor(path, resource?.kind);
    const isAdmitted =
      rule !== undefined &&
      ((resource !== undefined && admits(rule, principal, resource.ownerId)) ||
        // Also of what is not there, since that must take as long.
        (asksMembership(rule, principal) && (await memberships.isIn(principal, resource?.collectionId))));
    // One answer for all of it, in the same time: who may not sign must not learn what exists.
    if (resource?.state !== 'completed' || !isAdmitted) {
      if (known && !policy.refusesUnseen(principal, path))
        await catalog.findNothing(principal.tenantId, path);
      throw notAllowed();
    }
    // The right to a picture of it is the right to it.
    if (signed !== path && !hasPictures(resource.contentType)) throw noPictures();
    const minutes = lifetimeOf(rule, expiryMinutes);
    const active = keys.activeOf(principal.tenantId, resource.ownerId);
    const key = active instanceof Promise ? await active : active;
    if (!key) throw ownerRevoked();

    const windowed = windowedExpiry({
      nowSeconds: Math.floor(clock.now() / 1000),
      lifetimeSeconds: minutes * 60,
      kid: key.kid,
      path: signed,
    });
    const { url, sid, exp } = signLive(key, resource.rotation, {
      base: deliveryUrl,
      authority: this.#authority,
      principal: principal.id,
      path: signed,
      exp: windowed,
      kid: key.kid,
    });
    const signatureId = `sig_${sid}`;
    return {
      key,
      answer: { url, expiresAt: new Date(exp * 1000).toISOString(), signatureId },
      row: {
        tenantId: principal.tenantId,
        path,
        resourceId: resource.id,
        signatureId,
        kid: key.kid,
        actor: principal.id,
        owner: resource.ownerId,
        reason,
        expiresAt: exp * 1000,
        ipPrefix,
        userAgent,
      },
    };
  }

  #refuseForeignPage(caller: Caller, request: SignRequest | Problem | undefined): void {
    const { principal, ipPrefix, userAgent, fromForeignPage } = caller;
    if (!fromForeignPage) return;
    const { denials, clock } = this.#options;
    const problem = hotlink();
    denials.denied({
      cause: problem.code,
      macHeld: false,
      ipPrefix,
      row: {
        event: 'denial',
        at: clock.now(),
        tenantId: principal.tenantId,
        path: request instanceof Problem ? undefined : request?.path,
        actor: principal.id,
        reason: problem.code,
        status: problem.status,
        ipPrefix,
        userAgent,
      },
    });
    throw problem;
  }

  /** The key was revoked while the audit row was on its way: the row was refused, and so is the URL. */
  #deadOnArrival({ key }: Prepared): Problem {
    this.#options.keys.apply({
      tenantId: key.tenantId,
      ownerId: key.ownerId,
      kids: [key.kid],
      signatureIds: [],
    });
    return ownerRevoked();
  }
}

/** @returns the path of the resource, and the path that is signed: another one when a smaller picture of it is wanted */
function wantedOf({ path, width, format }: SignRequest): { path: string; signed: string } {
  if (width !== undefined) return { path, signed: pathOfDerivative(path, derivativeOf(width, format)) };
  return { path: derivedPath(path)?.of ?? path, signed: path };
}

/** @throws invalidPath */
export function assertCanonical(path: string): void {
  try {
    canonicalPath(path);
  } catch (error) {
    if (error instanceof SignedUrlError) throw invalidPath();
    throw error;
  }
}
