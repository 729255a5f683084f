export { provideImageCandidates, type ImageCandidate } from './image-candidate.ts';
export { provideImageDerivatives, type ImageDerivatives } from './image-derivatives.ts';
export { ResourceImage } from './resource-image.ts';
