/**
 * The kinds of resource an application knows, each with the parameters that name one resource of it.
 *
 * Applications add their own by declaration merging, and describe them once in `provideResourceUrls({ kinds })`:
 *
 * ```ts
 * declare module '@countersign/angular' {
 *   interface ResourceKinds {
 *     productPhoto: { sku: string; name: string };
 *   }
 * }
 * ```
 */
export interface ResourceKinds {
  /** A photo on the team page, `public/team/{name}`. */
  teamPhoto: { name: string };
  /** A person's own picture, `public/avatars/{name}`. */
  avatar: { name: string };
  /** A document of one user, `users/{userId}/documents/{name}`. */
  document: { userId: string; name: string };
}

/**
 * Names one resource: a kind with its parameters, or the plain decoded path of the resource.
 *
 * ```ts
 * const photo: ResourceRef = { kind: 'teamPhoto', name: 'avatar-2.jpg' };
 * const plain: ResourceRef = 'public/team/avatar-2.jpg';
 * ```
 */
export type ResourceRef =
  | string
  | { [K in keyof ResourceKinds]: { readonly kind: K } & Readonly<ResourceKinds[K]> }[keyof ResourceKinds];

/**
 * Where resources of one kind live, and what the audit says about them.
 *
 * Templates hold `{parameter}` placeholders. A placeholder at the very end may fill several segments
 * (`2026/ada.jpg`); every other one fills part of a single segment and must not be empty.
 */
export interface KindDefinition {
  /** Below `assets` in development, e.g. `images/products/{sku}/{name}`. */
  readonly development: string;
  /** The path to sign in production, e.g. `public/products/{sku}/{name}`. */
  readonly production: string;
  /** What the audit row gives as the reason, e.g. `product_photo`: up to 100 letters, digits and `_ . : -`. */
  readonly reason: string;
  /** Lifetime to ask for, 1 to 10080 whole minutes. Left out: the server's policy decides. */
  readonly expiryMinutes?: number;
}

/** One definition per kind; a built-in kind may be defined anew. */
export type KindDefinitions = { readonly [K in keyof ResourceKinds]?: KindDefinition };

/**
 * What one call asks for beyond its kind. Options belong to the identity of a stream: the same resource with
 * other options is another stream, another state and another signature.
 */
export interface UrlOptions {
  /** Replaces the kind's reason in the audit row: up to 100 letters, digits and `_ . : -`. */
  readonly reason?: string;
  /** Replaces the kind's lifetime, 1 to 10080 whole minutes. More than the policy's maximum is an error, not a silent cut. */
  readonly expiryMinutes?: number;
  /**
   * Replaces the URL at 90 % of its lifetime, while somebody is subscribed and the page is visible: for links and
   * videos, which are fetched again later. Left out: what is shown stays, so that no image is fetched twice.
   * Only the stream knows this option; state and signature are those of the same resource without it.
   */
  readonly keepFresh?: boolean;
}
