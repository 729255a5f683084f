import type { AwsCredentialIdentity } from '@aws-sdk/types';
import type { Clock } from './clock.ts';

/** A form that a browser posts lives for an hour, and dies with the session that signed it. */
const LONGEST_FORM_MS = 65 * 60_000;
const TRY_AGAIN_MS = 1000;

/**
 * Credentials that are asked for anew long before they expire. While they are good, a source that fails is asked again
 * in the background of later calls: nobody sees the error.
 *
 * @param source e.g. an AssumeRole call
 * @returns what the AWS SDK takes as `credentials`
 */
export function refreshedCredentials(
  source: () => Promise<AwsCredentialIdentity>,
  clock: Pick<Clock, 'now'>,
): () => Promise<AwsCredentialIdentity> {
  let held: { identity: AwsCredentialIdentity; renewAt: number; expiresAt: number } | undefined;
  let asking: Promise<AwsCredentialIdentity> | undefined;

  const ask = async (): Promise<AwsCredentialIdentity> => {
    const askedAt = clock.now();
    const identity = await source();
    const expiresAt = identity.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    const renewAt = expiresAt - Math.min(LONGEST_FORM_MS, (expiresAt - askedAt) / 3);
    held = { identity, renewAt, expiresAt };
    return identity;
  };
  const askOnce = (): Promise<AwsCredentialIdentity> =>
    (asking ??= ask().finally(() => {
      asking = undefined;
    }));

  return async () => {
    const now = clock.now();
    let identity = held?.identity;
    if (!held || now >= held.renewAt) {
      const current = held;
      identity = await askOnce().catch((error: unknown) => {
        if (!current || clock.now() >= current.expiresAt) throw error;
        current.renewAt = Math.min(clock.now() + TRY_AGAIN_MS, current.expiresAt);
        return current.identity;
      });
    }
    if (!identity) throw new Error('no credentials');
    // The SDK keeps what is good for longer than minutes and would not ask here; when to renew is decided above.
    return { ...identity, expiration: new Date(now) };
  };
}
