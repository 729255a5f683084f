export { countersign, type Countersign, type CountersignConfig } from './countersign.ts';
export { Problem } from './platform/problem.ts';
export type { Receipt } from './leases/receipts.ts';
