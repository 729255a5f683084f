export * from './shared.ts';
export {
  deriveKey,
  deriveSid,
  importKey,
  signatureOf,
  signUrl,
  verifySignature,
  verifyUrl,
  windowedExpiry,
} from './web-crypto.ts';
