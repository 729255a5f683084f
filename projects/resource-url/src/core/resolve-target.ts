import { PLAIN_PATH_REASON } from './built-in-kinds.ts';
import { readReference, type DeliveryOrigin } from './delivery-origin.ts';
import { unsignedUrl, type Outcome } from './outcome.ts';
import { pathError } from './path-error.ts';
import { normalisePath } from './normalise-path.ts';
import { fillTemplate, readParameter, trailingPlaceholder } from './path-template.ts';
import type { KindDefinition, ResourceRef, UrlOptions } from './resource-ref.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import type { ResourceRequest } from './sign-transport.ts';

/**
 * What a reference comes to: a request, or else an outcome that is known without asking. References with the same `key`
 * are the same resource, asked for in the same way.
 */
export interface Target {
  readonly key: string;
  readonly request?: ResourceRequest;
  readonly outcome?: Outcome;
}

/** What is needed to read references. */
export interface TargetContext {
  /** Without prototype: `constructor` is no kind. */
  readonly kinds: Readonly<Record<string, KindDefinition>>;
  readonly deliveryOrigins: readonly DeliveryOrigin[];
}

/** Reads a reference; the same in both modes. It never throws: a bad reference is an outcome like any other. */
export function resolveTarget(
  ref: ResourceRef,
  options: UrlOptions | undefined,
  context: TargetContext,
): Target {
  try {
    return typeof ref === 'string'
      ? plainTarget(ref, options, context)
      : kindTarget(Object(ref) as { kind?: unknown }, options, context);
  } catch (error) {
    if (!(error instanceof ResourceUrlError)) throw error;
    return { key: ` invalid ${JSON.stringify(ref)}`, outcome: error };
  }
}

function plainTarget(text: string, options: UrlOptions | undefined, context: TargetContext): Target {
  const reference = readReference(text, context.deliveryOrigins);
  if (reference && 'url' in reference) return passedThrough(reference.url);
  const path = reference ? reference.path : normalisePath(text);
  return target(
    '',
    { path, developmentPath: path, reason: PLAIN_PATH_REASON, expiryMinutes: undefined },
    options,
  );
}

function kindTarget(
  ref: { kind?: unknown },
  options: UrlOptions | undefined,
  context: TargetContext,
): Target {
  const kind = String(ref.kind);
  const definition = context.kinds[kind];
  if (!definition) throw pathError('unknown-kind', kind);
  const { development, production, reason, expiryMinutes } = definition;
  const trailing = trailingPlaceholder(production);
  // A person's picture may be kept as a file name or as a URL.
  const reference = trailing && readReference(readParameter(ref, trailing), context.deliveryOrigins);
  if (reference && 'url' in reference) return passedThrough(reference.url);
  const fill = (template: string) => (reference ? reference.path : fillTemplate(template, ref, trailing));
  const request = { path: fill(production), developmentPath: fill(development), reason, expiryMinutes };
  return target(kind, request, options);
}

function target(kind: string, request: ResourceRequest, options: UrlOptions | undefined): Target {
  const { path } = request;
  const { reason = request.reason, expiryMinutes = request.expiryMinutes } = options ?? {};
  // The server refuses a whole batch for one entry that breaks its schema.
  if (!canBeAsked(reason, expiryMinutes)) throw pathError('invalid-options', path);
  // Nothing of a key but the path may hold a space, so no two differ and share one.
  const key = `${kind} ${expiryMinutes} ${reason} ${path}`;
  return { key, request: { ...request, reason, expiryMinutes } };
}

function canBeAsked(reason: string, minutes: number | undefined): boolean {
  return (
    /^[\w.:-]{1,100}$/.test(reason) &&
    (minutes === undefined || (Number.isInteger(minutes) && minutes > 0 && minutes <= 10_080))
  );
}

function passedThrough(url: string): Target {
  return { key: ` url ${url}`, outcome: unsignedUrl(url) };
}
