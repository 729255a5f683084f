import {
  expiryRefusal,
  parseSignedTarget,
  pathKey,
  verifyUrl,
  type ParsedUrl,
} from '@countersign/signed-url';
import { derivedPath, type Derivative } from '../derivatives/derivative-name.ts';
import type { KeyRing, OwnerKey } from '../keys/key-ring.ts';
import type { Lease } from '../leases/lease.ts';
import type { Clock } from '../platform/clock.ts';
import type { Catalog } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';

/** Why a delivery was refused. For the audit; the caller is told far less. */
export type DenialCause =
  | 'path'
  | 'parameter'
  | 'signature'
  | 'unknown-key'
  | 'revoked'
  | 'expired'
  | 'expiry-too-far'
  | 'owner-changed'
  | 'rotated'
  | 'signature-revoked'
  | 'gone'
  | 'revoked-meanwhile'
  | 'hotlink';

/** A refusal, with what is known of the URL. Unless the MAC held, none of it is proven. */
export interface Denial {
  ok: false;
  cause: DenialCause;
  macHeld: boolean;
  path?: string | undefined;
  url?: ParsedUrl;
  /** Whose key the URL names. */
  tenantId?: string | undefined;
  ownerId?: string | undefined;
}

/** What a check finds out. */
export type Verdict =
  | {
      ok: true;
      url: ParsedUrl;
      key: OwnerKey;
      resource: Resource;
      /** The smaller picture of the resource that the URL opens; undefined: the resource itself. */
      derivative: Derivative | undefined;
    }
  | Denial;

/** What the check needs to know of the deployment. */
export interface CheckOptions {
  keys: KeyRing;
  catalog: Catalog;
  lease: Lease;
  clock: Clock;
  /** Host and port of the public delivery address: configured, never the Host header. */
  authority: string;
  ignoredParameters: readonly string[];
}

/** Of a path that was rotated more often, its oldest URLs are told apart from forgeries no more. */
const MOST_ROTATIONS = 8;

/** Decides whether a request target opens a resource at this moment. */
export class SignedUrlCheck {
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /**
   * @param target raw request target after the delivery prefix
   * @throws lease-expired, database-behind
   */
  async check(target: string): Promise<Verdict> {
    const { keys, catalog, lease, clock, ignoredParameters } = this.#options;
    const parsed = parseSignedTarget(target, { ignoredParameters });
    if (!parsed.ok) return { ok: false, cause: parsed.reason, macHeld: false, path: parsed.path };
    const { url } = parsed;
    // Whatever may be opened of a resource, it is the resource's right.
    const derived = derivedPath(url.path);
    const path = derived ? derived.of : url.path;
    if (!lease.holds()) throw lease.refusal;

    const key = await keys.byKid(url.kid);
    if (!key) {
      const once = keys.revoked(url.kid);
      return {
        ok: false,
        cause: once ? 'revoked' : 'unknown-key',
        macHeld: false,
        url,
        path,
        ...once,
      };
    }
    const deny = (cause: DenialCause): Denial => ({
      ok: false,
      cause,
      macHeld: cause !== 'signature',
      url,
      path,
      tenantId: key.tenantId,
      ownerId: key.ownerId,
    });
    let known = catalog.peek(key.tenantId, path);
    let rotation = this.#provenRotation(key, url, known);
    if (rotation === undefined) {
      // Only the path's entry can tell which key signed this, and nothing proves yet that anybody may ask for it.
      known = await catalog.findRotated(key.tenantId, path);
      rotation = known && this.#provenRotation(key, url, known);
      if (rotation === undefined) return deny('signature');
    }
    const expiry = expiryRefusal(url.exp, Math.floor(clock.now() / 1000));
    if (expiry) return deny(expiry);

    const resource = known ?? (await catalog.find(key.tenantId, path));
    if (resource?.state !== 'completed') return deny('gone');
    if (resource.ownerId !== key.ownerId) return deny('owner-changed');
    if (resource.rotation !== rotation) return deny('rotated');
    if (key.revoked.has(`sig_${url.sid}`)) return deny('signature-revoked');
    return { ok: true, url, key, resource, derivative: derived?.derivative };
  }

  /**
   * Whether a verdict still holds after something was awaited.
   *
   * @throws lease-expired, database-behind
   */
  stillGood({ key, resource, url }: Verdict & { ok: true }): boolean {
    const { keys, catalog, lease } = this.#options;
    if (!lease.holds()) throw lease.refusal;
    return keys.stillLive(key) && catalog.stillCurrent(resource) && !key.revoked.has(`sig_${url.sid}`);
  }

  /** @returns under which rotation of its path the URL was signed: the present one or, for the audit, an earlier one */
  #provenRotation({ key }: OwnerKey, url: ParsedUrl, resource: Resource | undefined): number | undefined {
    const { authority } = this.#options;
    const present = resource?.rotation ?? 0;
    const last = Math.max(0, present - MOST_ROTATIONS);
    for (let rotation = present; rotation >= last; rotation -= 1) {
      if (verifyUrl(pathKey(key, url.path, rotation), authority, url)) return rotation;
    }
    return last > 0 && verifyUrl(key, authority, url) ? 0 : undefined;
  }
}
