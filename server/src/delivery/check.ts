import { expiryRefusal, parseSignedTarget, verifyUrl, type ParsedUrl } from '@countersign/signed-url';
import type { KeyRing, OwnerKey } from '../keys/key-ring.ts';
import { leaseExpired, type Lease } from '../leases/lease.ts';
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
export type Verdict = { ok: true; url: ParsedUrl; key: OwnerKey; resource: Resource } | Denial;

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

/** Decides whether a request target opens a resource at this moment. */
export class SignedUrlCheck {
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /**
   * @param target raw request target after the delivery prefix
   * @throws leaseExpired
   */
  async check(target: string): Promise<Verdict> {
    const { keys, catalog, lease, clock, authority, ignoredParameters } = this.#options;
    const parsed = parseSignedTarget(target, { ignoredParameters });
    if (!parsed.ok) return { ok: false, cause: parsed.reason, macHeld: false, path: parsed.path };
    const { url } = parsed;
    if (!lease.holds()) throw leaseExpired();

    const key = await keys.byKid(url.kid);
    if (!key) {
      const once = keys.revoked(url.kid);
      return {
        ok: false,
        cause: once ? 'revoked' : 'unknown-key',
        macHeld: false,
        url,
        path: url.path,
        ...once,
      };
    }
    const macHeld = verifyUrl(key.key, authority, url);
    const deny = (cause: DenialCause): Denial => ({
      ok: false,
      cause,
      macHeld,
      url,
      path: url.path,
      tenantId: key.tenantId,
      ownerId: key.ownerId,
    });
    if (!macHeld) return deny('signature');
    const expiry = expiryRefusal(url.exp, Math.floor(clock.now() / 1000));
    if (expiry) return deny(expiry);

    const resource = await catalog.find(key.tenantId, url.path);
    if (resource?.state !== 'completed') return deny('gone');
    if (resource.ownerId !== key.ownerId) return deny('owner-changed');
    return { ok: true, url, key, resource };
  }

  /**
   * Whether a verdict still holds after something was awaited.
   *
   * @throws leaseExpired
   */
  stillGood(verdict: Pick<Verdict & { ok: true }, 'key' | 'resource'>): boolean {
    const { keys, catalog, lease } = this.#options;
    if (!lease.holds()) throw leaseExpired();
    return keys.stillLive(verdict.key) && catalog.stillCurrent(verdict.resource);
  }
}
