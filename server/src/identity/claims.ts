import { canonicalPath } from '@countersign/signed-url';
import { z } from 'zod';
import { isReservedName, type Principal } from './principal.ts';

const MOST_ROLES = 256;
const PLACES_DIVIDED = /(?<!\\)\./;
// eslint-disable-next-line no-control-regex -- a name is shown, and a log line is one line
const SHOWN_NAME = /^[^\u0000-\u001f\u007f-\u009f]{1,200}$/;

/** Which claims say what. A place is a path of names divided by dots, or the name of a claim as a whole. */
export interface ClaimPlaces {
  /** The claim that names the tenant, or the one tenant everybody belongs to. */
  tenant: { place: string } | { everybody: string };
  /** All of them count together. */
  roles: readonly string[];
  /** The first that holds a name is it. */
  names: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;
type Told = Pick<Principal, 'tenantId' | 'id' | 'name' | 'kind' | 'roles'>;

function isCanonicalKey(key: string): boolean {
  try {
    canonicalPath(key);
    return true;
  } catch {
    return false;
  }
}

/** What keys are derived from and paths are made of: 1 to 255 bytes that are one segment of a canonical path. */
const segment = z
  .string()
  .min(1)
  .refine((value) => !value.includes('/') && isCanonicalKey(value));

const subject = segment.refine((value) => !isReservedName(value));

/** A list, or words as in `scope` (RFC 6749 section 3.3). */
const roleNames = z
  .union([z.array(z.string()), z.string().transform((words) => words.split(' ').filter(Boolean))])
  .pipe(z.array(z.string().min(1).max(255)).max(MOST_ROLES));

/** Issuers that let somebody belong to several organisations send a list, also of one. */
const tenantName = z.union([segment, z.tuple([segment]).transform(([only]) => only)]);

/**
 * What a verified token says of who calls.
 *
 * @throws when it says something that must not become a path, a key or a list of roles, or does not say who or where
 */
export function readPrincipal(claims: Claims, places: ClaimPlaces): Told {
  const id = subject.parse(claims['sub']);
  const tenantId =
    'place' in places.tenant
      ? tenantName.parse(claimAt(claims, places.tenant.place))
      : places.tenant.everybody;
  const roles = places.roles.flatMap((place) => {
    const found = claimAt(claims, place);
    return found === undefined || found === null ? [] : roleNames.parse(found);
  });
  const distinct = [...new Set(roles)];
  if (distinct.length > MOST_ROLES) throw new Error('more roles than anybody needs');
  const names = places.names.map((place) => claimAt(claims, place));
  const name = names.find((value) => typeof value === 'string' && SHOWN_NAME.test(value)) as
    string | undefined;
  return { tenantId, id, name: name ?? id, kind: kindOf(claims), roles: distinct };
}

/**
 * @param place `realm_access.roles`; `\.` is a dot inside a name; a claim that has the whole place as its name, e.g.
 *   `https://example.com/roles`, comes first
 * @returns undefined when there is nothing of its own there
 */
export function claimAt(claims: Claims, place: string): unknown {
  if (Object.hasOwn(claims, place)) return claims[place];
  let value: unknown = claims;
  for (const part of place.split(PLACES_DIVIDED)) {
    const name = part.replaceAll('\\.', '.');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Claims)[name];
  }
  return value;
}

/**
 * A service calls in its own name (client credentials), a user through an application. RFC 9068 section 2.2 has the
 * client as subject; Keycloak makes a user `service-account-<client>` and writes the client down beside it; Auth0 and
 * Entra ID have a claim for it.
 */
function kindOf(claims: Claims): 'user' | 'service' {
  const { sub, azp, client_id, clientId, preferred_username, gty, idtyp } = claims;
  const client = client_id ?? clientId;
  const isClient = typeof client === 'string' && client === sub;
  // Somebody could register under such a name; the client beside it is Keycloak's own note of how the session began.
  const isAccount =
    typeof client === 'string' &&
    client === azp &&
    preferred_username === `service-account-${client.toLowerCase()}`;
  return isClient || isAccount || gty === 'client-credentials' || idtyp === 'app' ? 'service' : 'user';
}
