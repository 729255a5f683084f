import { readReference, type Reference } from './delivery-origin.ts';
import type { Outcome } from './outcome.ts';
import { invalidPath } from './normalise-path.ts';
import { pathError } from './path-error.ts';
import { fillTemplate, readParameter, trailingPlaceholder } from './path-template.ts';
import type { KindDefinition, ResourceRef, UrlOptions } from './resource-ref.ts';
import { ResourceUrlError } from './resource-url-error.ts';
import type { ResourceRequest } from './sign-transport.ts';

declare const ngDevMode: boolean | undefined;

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
  /** Where signed URLs begin, without trailing slash. */
  readonly deliveryOrigins: readonly string[];
}

/** Reads a reference; the same in both modes. It never throws: a bad reference is an outcome like any other. */
export function resolveTarget(
  ref: ResourceRef,
  options: UrlOptions | undefined,
  { kinds, deliveryOrigins }: TargetContext,
): Target {
  try {
    // A plain path is of a kind without a name.
    const parameters = (typeof ref === 'string' ? { kind: '', path: ref } : Object(ref)) as {
      kind?: unknown;
    };
    const kind = String(parameters.kind);
    const definition = kinds[kind];
    if (!definition) throw pathError('unknown-kind', kind);
    const { development, production } = definition;
    const { reason = definition.reason, expiryMinutes = definition.expiryMinutes } = options ?? {};
    const trailing = trailingPlaceholder(production);
    // A person's picture may be kept as a file name or as a URL.
    const { url, path: signedBefore } = trailing
      ? readReference(readParameter(parameters, trailing), deliveryOrigins)
      : ({} as Reference);
    if (url) return { key: ` url ${url}`, outcome: { url } };
    const fill = (template: string) => signedBefore ?? fillTemplate(template, parameters, trailing);
    const path = fill(production);
    if ((typeof ngDevMode === 'undefined' || ngDevMode) && !canBeAsked(reason, expiryMinutes)) {
      throw pathError('invalid-options', path);
    }
    return {
      // Nothing of a key but the path may hold a space, so no two differ and share one.
      key: `${kind} ${expiryMinutes} ${reason} ${path}`,
      request: { path, assetPath: fill(development), reason, expiryMinutes },
    };
  } catch (error) {
    // What else is thrown is about a URL that is badly encoded.
    const outcome =
      error instanceof ResourceUrlError
        ? error
        : invalidPath(typeof ngDevMode === 'undefined' || ngDevMode ? textOf(ref) : String(ref));
    return { key: ` ${outcome.message}`, outcome };
  }
}

/** Enough to find the reference in one's code; never throws, as JSON does for circular objects. */
function textOf(ref: unknown): string {
  try {
    return JSON.stringify(ref);
  } catch {
    return String(ref);
  }
}

function canBeAsked(reason: string, minutes: number | undefined): boolean {
  return (
    /^[\w.:-]{1,100}$/.test(reason) &&
    (minutes === undefined || (Number.isInteger(minutes) && minutes > 0 && minutes <= 10_080))
  );
}
