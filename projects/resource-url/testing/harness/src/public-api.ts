export { ResourceElementHarness, type ResourceElementFilters } from './resource-element-harness.ts';
export { ResourceHrefHarness } from './resource-href-harness.ts';
export { ResourceSrcHarness } from './resource-src-harness.ts';
