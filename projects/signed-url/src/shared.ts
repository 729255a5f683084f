export { canonicalDownloadName, canonicalPath, MAX_KEY_BYTES, MAX_TARGET_BYTES } from './canonical-path.ts';
export type { KeyMaterial, SidInput } from './derivation.ts';
export { type Refusal, SignedUrlError } from './errors.ts';
export { CLOCK_SKEW_SECONDS, expiryRefusal, type ExpiryRequest, MAX_TTL_SECONDS } from './expiry.ts';
export { formatSignedUrl } from './format.ts';
export { type ParsedUrl, type ParseOptions, type ParseResult, parseSignedTarget } from './parse.ts';
export { MAX_SEGMENT_BYTES } from './segment.ts';
export type { SignedFields } from './signed-fields.ts';
export { stringToSign, VERSION } from './string-to-sign.ts';
