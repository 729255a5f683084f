import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { systemClock } from './clock.ts';
import { RefreshedCredentials } from './refreshed-credentials.ts';
import { storeFailure } from './s3-failure.ts';
import { regionOf, type S3Settings } from './s3-settings.ts';
import { StartError } from './start-error.ts';

const CONNECT_WITHIN_MS = 2000;
const ANSWER_WITHIN_MS = 5000;
/** Nothing moved for so long, in either direction. Longer than delivery waits for a reader. */
const IDLE_MS = 60_000;
/** Connections are kept and used again; more than these at once wait for one. */
const CONNECTIONS = 256;
/** The first one counts. */
const ATTEMPTS = 2;

/** The packages of the AWS SDK that a store in a bucket needs. */
export interface S3Packages {
  client: typeof import('@aws-sdk/client-s3');
  storage: typeof import('@aws-sdk/lib-storage');
  post: typeof import('@aws-sdk/s3-presigned-post');
}

/** @throws StartError when they are not installed: they are optional */
export async function s3Packages(): Promise<S3Packages> {
  try {
    const [client, storage, post] = await Promise.all([
      import('@aws-sdk/client-s3'),
      import('@aws-sdk/lib-storage'),
      import('@aws-sdk/s3-presigned-post'),
    ]);
    return { client, storage, post };
  } catch (error) {
    throw notInstalled(error);
  }
}

function notInstalled(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return error;
  return new StartError(
    'S3_BUCKET is set, but the optional packages for S3 are not installed: npm install @aws-sdk/client-s3 @aws-sdk/credential-providers @aws-sdk/lib-storage @aws-sdk/s3-presigned-post',
  );
}

/**
 * What a client needs to speak with the store of these settings. It holds secrets.
 *
 * @returns `session`: of the assumed role; undefined: none is assumed
 */
export async function s3ClientConfig(
  settings: S3Settings,
): Promise<{ config: S3ClientConfig; session: RefreshedCredentials | undefined }> {
  const { endpoint, pathStyle = endpoint !== undefined } = settings;
  const session = await sessionOf(settings);
  const credentials = session?.provide ?? fixedOf(settings);
  const config: S3ClientConfig = {
    region: regionOf(settings),
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Other stores than AWS do not know the checksums that the SDK adds by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: ATTEMPTS,
    requestHandler: {
      ...patience(settings),
      socketTimeout: IDLE_MS,
      httpAgent: { keepAlive: true, maxSockets: CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS },
    },
  };
  return { config, session };
}

function patience({ timeoutMs = ANSWER_WITHIN_MS }: S3Settings) {
  return {
    connectionTimeout: Math.min(CONNECT_WITHIN_MS, timeoutMs),
    requestTimeout: timeoutMs,
    throwOnRequestTimeout: true,
  };
}

/** @returns a client that browsers' forms are signed with */
export function publicClient(
  { client }: S3Packages,
  config: S3ClientConfig,
  { publicEndpoint }: S3Settings,
): S3Client {
  return new client.S3Client(publicEndpoint === undefined ? config : { ...config, endpoint: publicEndpoint });
}

function fixedOf({ accessKeyId, secretAccessKey }: S3Settings): AwsCredentialIdentity | undefined {
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

async function sessionOf(settings: S3Settings): Promise<RefreshedCredentials | undefined> {
  const { roleArn, roleSessionName = 'countersign' } = settings;
  if (roleArn === undefined) return undefined;
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers').catch(
    (error: unknown) => {
      throw notInstalled(error);
    },
  );
  const { endpoint, stsEndpoint = endpoint, roleSessionSeconds = 14_400 } = settings;
  const fixed = fixedOf(settings);
  const assume = fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: roleSessionName, DurationSeconds: roleSessionSeconds },
    ...(fixed === undefined ? {} : { masterCredentials: fixed }),
    clientConfig: {
      region: regionOf(settings),
      maxAttempts: ATTEMPTS,
      requestHandler: patience(settings),
      ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }),
    },
  });
  const ask = (): Promise<AwsCredentialIdentity> =>
    assume().catch((error: unknown) => {
      throw storeFailure('AssumeRole', error);
    });
  return new RefreshedCredentials(ask, systemClock);
}
