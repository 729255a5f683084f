export * from './core/resource-ref.ts';
export { ResourceUrlError, type ResourceUrlErrorCode } from './core/resource-url-error.ts';
export type { ResourceState, ResourceStatus } from './core/resource-state.ts';
export type { SignedUrl } from './core/signed-url.ts';
export { provideResourceUrls } from './provide-resource-urls.ts';
export type { ResourceUrlConfig } from './resource-url-config.ts';
export { RESOURCE_URL_REQUEST } from './resource-url-request.ts';
export { ResourceUrlService } from './resource-url.service.ts';
