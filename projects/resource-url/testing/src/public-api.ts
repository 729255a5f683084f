export type { AskedResource } from './asked-resource.ts';
export { FakeResourceUrls, type FakeFailure } from './fake-resource-urls.ts';
export { provideFakeResourceUrls, type FakeResourceUrlsOptions } from './provide-fake-resource-urls.ts';
