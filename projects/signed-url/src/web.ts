export * from './shared.ts';
export {
  deriveKey,
  deriveSid,
  importKey,
  pathKey,
  signatureOf,
  signUrl,
  verifySignature,
  verifyUrl,
  windowedExpiry,
} from './web-crypto.ts';
