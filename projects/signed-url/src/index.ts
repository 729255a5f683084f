export * from './shared.ts';
export {
  deriveKey,
  deriveSid,
  importKey,
  signatureOf,
  verifySignature,
  verifyUrl,
  windowedExpiry,
} from './node.ts';
