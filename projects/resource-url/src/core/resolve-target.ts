import { PLAIN_PATH_REASON } from './built-in-kinds.ts';
import { readReference, type DeliveryOrigin } from './delivery-origin.ts';
import { normalisePath } from './normalise-path.ts';
import { fillTemplate, readParameters } from './path-template.ts';
import type { KindDefinition, ResourceRef, UrlOptions } from './resource-ref.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import type { Outcome, ResourceRequest } from './signed-url.ts';

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
      : kindTarget(ref, ref.kind, options, context);
  } catch (error) {
    if (!(error instanceof ResourceUrlError)) throw error;
    return { key: `invalid\n${JSON.stringify(ref)}`, outcome: { ok: false, error } };
  }
}

function plainTarget(text: string, options: UrlOptions | undefined, context: TargetContext): Target {
  const reference = readReference(text, context.deliveryOrigins);
  if ('url' in reference) return passedThrough(reference.url);
  const path = 'path' in reference ? reference.path : normalisePath(text);
  return target(
    '',
    { path, developmentPath: path, reason: PLAIN_PATH_REASON, expiryMinutes: undefined },
    options,
  );
}

function kindTarget(
  ref: object,
  kind: string,
  options: UrlOptions | undefined,
  context: TargetContext,
): Target {
  const definition = Object.hasOwn(context.kinds, kind) ? context.kinds[kind] : undefined;
  if (!definition) {
    throw new ResourceUrlError(
      'unknown-kind',
      `The kind "${kind}" has no definition. Write provideResourceUrls({ kinds: { ${kind}: { ... } } }).`,
    );
  }
  const { development, production, reason, expiryMinutes } = definition;
  const parameters = readParameters(production, ref, context.deliveryOrigins);
  if ('url' in parameters) return passedThrough(parameters.url);
  const paths =
    'path' in parameters
      ? { path: parameters.path, developmentPath: parameters.path }
      : {
          path: fillTemplate(production, parameters),
          developmentPath: fillTemplate(development, parameters),
        };
  return target(kind, { ...paths, reason, expiryMinutes }, options);
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
  const signed = { url, expiresAt: undefined, signatureId: undefined };
  return { key: `url\n${url}`, outcome: { ok: true, signed } };
}
