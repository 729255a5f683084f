export { bySize } from './by-size.ts';
export { filmDetails, type FilmDetails, type FilmDetailsOptions } from './film-details.ts';
export { injectResourceUploads } from './inject-resource-uploads.ts';
export { presignedPost, type PresignedPostOptions } from './presigned-post.ts';
export { rawPost } from './raw-post.ts';
export { ResourceDropZone } from './resource-drop-zone.ts';
export type { RefusedFile } from './transferred-files.ts';
export {
  ResourceUploadError,
  type FailureDetails,
  type ResourceUploadErrorCode,
} from './resource-upload-error.ts';
export type { ResourceUpload } from './resource-upload.ts';
export type { ResourceUploads, ResourceUploadsOptions, UploadTarget } from './resource-uploads.ts';
export type { UploadNews, UploadNewsState } from './upload-news.ts';
export type { UploadsProgress } from './uploads-progress.ts';
export type { UploadState, UploadStatus } from './upload-state.ts';
export type { UploadEvent, UploadSession, UploadSource, UploadTransport } from './upload-transport.ts';
export type { UploadedResource } from './uploaded-resource.ts';
export { watchUploads, type WatchUploadsOptions } from './watch-uploads.ts';

// For the other entries of this package, not for applications.
export { mediaType as ɵmediaType } from './begun-upload.ts';
export { fileChecksum as ɵfileChecksum } from './file-checksum.ts';
export { httpFailure as ɵhttpFailure, malformedAnswer as ɵmalformedAnswer } from './http-failure.ts';
export { UploadApi as ɵUploadApi, type ApiRequest as ɵApiRequest } from './upload-api.ts';
export { completedUpload as ɵcompletedUpload } from './uploaded-resource.ts';
