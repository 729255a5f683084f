import { ResourceUrlError } from '@countersign/angular';
import { photoStatus } from './photo-status.ts';

const refusal = new ResourceUrlError('owner-revoked', 'revoked', 403);

describe('how a photo stands', () => {
  it('is refused whether or not there is a fallback to show', () => {
    for (const status of ['failed', 'fallback'] as const) {
      expect(photoStatus({ status, expiresAt: undefined, error: refusal }, undefined)).toEqual({
        is: 'refused',
        code: 'owner-revoked',
      });
    }
  });

  it('is not refused when nobody can say', () => {
    const error = new ResourceUrlError('network', 'no answer');
    expect(photoStatus({ status: 'fallback', expiresAt: undefined, error }, undefined)).toEqual({
      is: 'unreachable',
    });
  });
});
