import { z } from 'zod';
import type { S3Settings } from './platform/s3-settings.ts';
import { StartError } from './platform/start-error.ts';

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' });
const yesOrNo = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
const SESSION = 'must be a whole number of seconds from 900 to 43200';

/** The variables that name a bucket for the bytes of resources; docs/storage.md says what to set for which provider. */
export const s3Environment = {
  S3_BUCKET: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}$/, 'must be the name of a bucket')
    .optional()
    .describe('Bucket for the bytes of resources ([storage](storage.md)). Not set: files in DATA_DIR.'),
  S3_PREFIX: z
    .string()
    .regex(/^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)+$/, 'must end in / and be made of A-Z, a-z, 0-9, ., _, - and /')
    .optional()
    .describe('What every object name begins with, e.g. `countersign/`.'),
  S3_ENDPOINT: address.optional().describe('Address of the S3 API. Not set: AWS, in S3_REGION.'),
  S3_PUBLIC_ENDPOINT: address
    .optional()
    .describe('The same store as browsers reach it, for uploads straight to it. Default: S3_ENDPOINT.'),
  S3_PRESIGNED_POST: yesOrNo
    .default(true)
    .describe(
      'Whether browsers post forms straight to the store. `false` for Cloudflare R2, which takes none.',
    ),
  S3_REGION: z.string().default('us-east-1').describe('Region of the bucket; `auto` for Cloudflare R2.'),
  S3_PATH_STYLE: yesOrNo
    .optional()
    .describe(
      'Whether the bucket is in the path instead of the host name. Default: when S3_ENDPOINT is set.',
    ),
  S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe('With S3_SECRET_ACCESS_KEY. Not set: what the AWS SDK finds, e.g. the role of the machine.'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of S3_ACCESS_KEY_ID.'),
  S3_ROLE_ARN: z
    .string()
    .regex(/^arn:/, 'must be an ARN')
    .optional()
    .describe('Role that is assumed by STS with those; its sessions are renewed before they end.'),
  S3_ROLE_SESSION_NAME: z
    .string()
    .regex(/^[\w+=,.@-]{2,64}$/, 'must be 2 to 64 of letters, digits and _+=,.@-')
    .default('countersign')
    .describe('Name of these sessions in the log of the provider.'),
  S3_ROLE_SESSION_SECONDS: z.coerce
    .number(SESSION)
    .int(SESSION)
    .min(900, SESSION)
    .max(43_200, SESSION)
    .default(14_400)
    .describe('How long a session lasts, seconds; the role must allow it.'),
  S3_STS_ENDPOINT: address.optional().describe('Address of STS. Default: S3_ENDPOINT, else that of AWS.'),
  S3_SSE: z
    .enum(['AES256', 'aws:kms'], 'must be AES256 or aws:kms')
    .optional()
    .describe('Server-side encryption to ask for. Not set: what the bucket does by itself.'),
  S3_SSE_KEY_ID: z.string().optional().describe('Id of the key, with S3_SSE=aws:kms.'),
  S3_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(5000)
    .describe('How long a call waits for the store before it is tried once more, milliseconds.'),
  S3_VERIFY_ON_START: yesOrNo
    .default(true)
    .describe('Whether the server puts, reads, lists and deletes an object before it starts.'),
};

/**
 * @returns the settings of the bucket; undefined: none is named
 * @throws StartError that names a variable which is set without the one it belongs to
 */
export function s3Of(environment: z.output<z.ZodObject<typeof s3Environment>>): S3Settings | undefined {
  const { S3_BUCKET: bucket } = environment;
  if (Boolean(environment.S3_ACCESS_KEY_ID) !== Boolean(environment.S3_SECRET_ACCESS_KEY)) {
    const [missing, set] = environment.S3_ACCESS_KEY_ID
      ? ['S3_SECRET_ACCESS_KEY', 'S3_ACCESS_KEY_ID']
      : ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
    throw new StartError(`${missing} must be set when ${set} is.`);
  }
  if (environment.S3_SSE_KEY_ID && environment.S3_SSE !== 'aws:kms') {
    throw new StartError('S3_SSE must be aws:kms when S3_SSE_KEY_ID is set.');
  }
  if (bucket === undefined) {
    if (environment.S3_ENDPOINT) throw new StartError('S3_BUCKET must be set when S3_ENDPOINT is.');
    return undefined;
  }
  return {
    bucket,
    prefix: environment.S3_PREFIX,
    endpoint: environment.S3_ENDPOINT,
    publicEndpoint: environment.S3_PUBLIC_ENDPOINT,
    presignedPost: environment.S3_PRESIGNED_POST,
    region: environment.S3_REGION,
    pathStyle: environment.S3_PATH_STYLE,
    accessKeyId: environment.S3_ACCESS_KEY_ID,
    secretAccessKey: environment.S3_SECRET_ACCESS_KEY,
    roleArn: environment.S3_ROLE_ARN,
    roleSessionName: environment.S3_ROLE_SESSION_NAME,
    roleSessionSeconds: environment.S3_ROLE_SESSION_SECONDS,
    stsEndpoint: environment.S3_STS_ENDPOINT,
    sse: environment.S3_SSE,
    sseKeyId: environment.S3_SSE_KEY_ID,
    timeoutMs: environment.S3_TIMEOUT_MS,
    verifyOnStart: environment.S3_VERIFY_ON_START,
  };
}
