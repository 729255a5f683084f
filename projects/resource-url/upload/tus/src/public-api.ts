export { resumable, type ResumableOptions } from './resumable.ts';
