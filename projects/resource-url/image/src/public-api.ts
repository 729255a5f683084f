export { provideImageCandidates, type ImageCandidate } from './image-candidate.ts';
export { ResourceImage } from './resource-image.ts';
