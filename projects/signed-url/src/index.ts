export * from './shared.ts';
export { deriveKey, deriveSid, importKey, signatureOf, verifySignature, windowedExpiry } from './node.ts';
