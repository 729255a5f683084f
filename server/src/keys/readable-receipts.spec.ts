import type { Permission } from '../identity/permissions.ts';
import type { ChangeKind } from '../leases/change.ts';
import { mayRead } from './readable-receipts.ts';

const may = (id: string, permissions: Permission[], change: ChangeKind, ownerId: string | null = 'ada') =>
  mayRead({ id, permissions: new Set(permissions) }, { change, ownerId });

describe('a receipt', () => {
  it('is there for whoever may revoke owners or read the audit, whatever it is of', () => {
    for (const permission of ['owner:revoke', 'audit:read'] as const) {
      expect(may('boss', [permission], 'key-revoked')).toBe(true);
      expect(may('boss', [permission], 'edge-revoked', null)).toBe(true);
    }
  });

  it('is there for whoever may make such a change, and for nobody who may make others', () => {
    expect(may('eve', ['resource:rotate'], 'path-rotated')).toBe(true);
    expect(may('eve', ['path:revoke'], 'prefix-revoked', null)).toBe(true);
    expect(may('eve', ['signature:revoke'], 'signature-revoked')).toBe(true);
    expect(may('eve', ['resource:rotate', 'path:revoke'], 'path-deleted')).toBe(false);
    expect(may('eve', ['audit:read-own', 'resource:view-all', 'owner:view'], 'key-revoked')).toBe(false);
  });

  it('is there for owners when it is of a change that they make themselves, and of what is theirs', () => {
    for (const change of ['path-rotated', 'path-overwritten', 'path-deleted', 'path-moved'] as const) {
      expect(may('ada', [], change)).toBe(true);
      expect(may('ada', [], change, 'grace')).toBe(false);
      expect(may('ada', [], change, null)).toBe(false);
    }
    expect(may('ada', [], 'key-revoked')).toBe(false);
    expect(may('ada', [], 'path-transferred')).toBe(false);
  });
});
