export * from './shared.ts';
export {
  deriveKey,
  deriveSid,
  importKey,
  signatureOf,
  verifySignature,
  verifyUrl,
  windowedExpiry,
} from './web-crypto.ts';
