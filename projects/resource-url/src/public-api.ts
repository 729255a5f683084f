export * from './core/resource-ref.ts';
export { ResourceUrlError, type ResourceUrlErrorCode } from './core/resource-url-error.ts';
export type { ResourceState, ResourceStatus } from './core/resource-state.ts';
export type { SignedUrl } from './core/signed-url.ts';
export { provideResourceUrls } from './provide-resource-urls.ts';
export type { BreakerConfig, ResourceUrlConfig, RetryConfig } from './resource-url-config.ts';
export type { ResourceUrlFeature } from './resource-url-feature.ts';
export { RESOURCE_URL_REQUEST } from './resource-url-request.ts';
export type { ResourceElementState } from './resource-element.ts';
export { ResourceHref } from './resource-href.ts';
export { ResourceSrc } from './resource-src.ts';
export { resourceUrl, type UrlResource } from './resource-url.ts';
export { ResourceUrlService } from './resource-url.service.ts';
export { withSession } from './with-session.ts';
export { withSharedTabs, type TabIdentity } from './with-shared-tabs.ts';

// For the other entries of this package, not for applications.
export type {
  ResourceRequest as ɵResourceRequest,
  SignTransport as ɵSignTransport,
} from './core/sign-transport.ts';
export { resolveTarget as ɵresolveTarget } from './core/resolve-target.ts';
export { whenNearViewport as ɵwhenNearViewport } from './near-viewport.ts';
export { referenceReader as ɵreferenceReader } from './reference-reader.ts';
export { RESOURCE_URL_WRAPPERS as ɵRESOURCE_URL_WRAPPERS } from './resource-url-feature.ts';
export { RESOURCE_URL_SETTINGS as ɵRESOURCE_URL_SETTINGS } from './resource-url-settings.ts';
