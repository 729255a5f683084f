/** Which bucket, by which address, as whom. docs/storage.md says what to set for which provider. */
export interface S3Settings {
  bucket: string;
  /** What every object name begins with, e.g. `countersign/`; empty for none. */
  prefix?: string | undefined;
  /** Address of an S3 API. Default that of AWS in `region`. */
  endpoint?: string | undefined;
  /** The same store as browsers reach it, for forms they post. Default `endpoint`. */
  publicEndpoint?: string | undefined;
  /** False: the store takes no forms, and uploads go through the server. Default true. */
  presignedPost?: boolean | undefined;
  /** Default `us-east-1`. */
  region?: string | undefined;
  /** `{endpoint}/{bucket}/...` instead of `{bucket}.{endpoint}/...`. Default: when `endpoint` is set. */
  pathStyle?: boolean | undefined;
  /** With `secretAccessKey`. Default what the AWS SDK finds: its variables, profile, or the role of the machine. */
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  /** A role that is assumed with those, by STS. */
  roleArn?: string | undefined;
  /** Name of these sessions in the provider's own log. Default `countersign`. */
  roleSessionName?: string | undefined;
  /** How long a session lasts, seconds. Renewed long before. Default 14 400. */
  roleSessionSeconds?: number | undefined;
  /** Address of STS. Default `endpoint`, without it that of AWS. */
  stsEndpoint?: string | undefined;
  /** Server-side encryption that is asked for: `AES256` or `aws:kms`. Default what the bucket does by itself. */
  sse?: 'AES256' | 'aws:kms' | undefined;
  /** Key id, with `aws:kms`. */
  sseKeyId?: string | undefined;
  /** How long a call waits for the first byte of an answer, milliseconds, before it is tried once more. Default 5000. */
  timeoutMs?: number | undefined;
  /** Whether the bucket is tried out when the server starts. */
  verifyOnStart?: boolean | undefined;
}

const DEFAULT_REGION = 'us-east-1';

/** The region that requests are signed for. */
export function regionOf({ region }: S3Settings): string {
  return region ?? DEFAULT_REGION;
}

/** The origin to which browsers post forms, e.g. `https://acme.s3.eu-central-1.amazonaws.com`. */
export function formOrigin(settings: S3Settings): string {
  const { bucket, endpoint, publicEndpoint = endpoint, pathStyle = endpoint !== undefined } = settings;
  const store = new URL(publicEndpoint ?? `https://s3.${regionOf(settings)}.amazonaws.com`);
  // A certificate for one level of names does not cover a bucket with a dot.
  return pathStyle || bucket.includes('.') ? store.origin : `${store.protocol}//${bucket}.${store.host}`;
}
