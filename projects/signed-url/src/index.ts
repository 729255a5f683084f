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
} from './node.ts';
