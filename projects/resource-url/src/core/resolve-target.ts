import { PLAIN_PATH_REASON } from './built-in-kinds.ts';
import { readReference, type DeliveryOrigin } from './delivery-origin.ts';
import { normalisePath } from './normalise-path.ts';
import { fillTemplate, readParameter, trailingPlaceholder } from './path-template.ts';
import type { KindDefinition, ResourceRef, UrlOptions } from './resource-ref.ts';
import { pathError, ResourceUrlError } from './resource-url-error.ts';
import { unsignedUrl, type Outcome, type ResourceRequest } from './signed-url.ts';

/**
 * What a reference comes to: a request, or an outcome that is known without asking. References with the same `key`
 * are the same resource, asked for in the same way.
 */
export type Target =
  | { readonly key: string; readonly request: ResourceRequest }
  | { readonly key: string; readonly outcome: Outcome };

/** What is needed to read references. */
export interface TargetContext {
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
    return { key: `invalid\n${JSON.stringify(ref)}`, outcome: error };
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
  const definition = Object.hasOwn(context.kinds, kind) ? context.kinds[kind] : undefined;
  if (!definition) throw pathError('unknown-kind', kind, 'unknown-kind');
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
  const { reason, expiryMinutes } = options ?? {};
  return {
    // No kind, path or number holds a line feed, and the reason comes last: no two differ and share a key.
    key: [kind, request.path, expiryMinutes ?? '', reason ?? ''].join('\n'),
    request: {
      ...request,
      reason: reason ?? request.reason,
      expiryMinutes: expiryMinutes ?? request.expiryMinutes,
    },
  };
}

function passedThrough(url: string): Target {
  return { key: `url\n${url}`, outcome: unsignedUrl(url) };
}
