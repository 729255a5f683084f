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
} from './node.ts';
