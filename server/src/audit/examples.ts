import type { RouteExample } from '../platform/route.ts';

const signatureId = 'sig_BBBBBBBBBBBBBBBBBBBBBA';

const row = {
  at: '2026-12-31T23:15:00.000Z',
  event: 'issuance',
  path: 'public/team/avatar-2.png',
  resourceId: 'res_Rk3vJx0b0kq1uJ9oH2yZ5A',
  signatureId,
  actor: 'ada',
  owner: 'grace',
  reason: 'team_member_photo',
  expiresAt: '2027-01-01T00:00:00.000Z',
  status: null,
  bytes: null,
  holder: 'gateway-1:4711',
  durationMs: null,
  ipPrefix: '127.0.0.0/24',
  userAgent: 'node',
};

export const searchExample: RouteExample = {
  query: { signatureId, event: 'issuance', limit: 1 },
  answers: { 200: { items: [row], nextCursor: null } },
};

export const verifyExample: RouteExample = {
  answers: {
    200: {
      compared: 'seals',
      holds: true,
      rows: 1204113,
      batches: 30518,
      writers: 4,
      checkpoints: 0,
      notShown: 0,
      unwitnessed: 1204113,
      erased: 0,
      retired: 0,
      retiredThrough: null,
      beforeSeals: 0,
      findings: [],
      findingsTotal: 0,
    },
  },
};

export const checkpointKeyExample: RouteExample = {
  answers: {
    200: {
      key: '6ca3b6e4831747e5',
      publicKey:
        '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA//Lk9bGo9nx4U+AMA+r9/LpTeZ6LIWen8/auOYXK8y8=\n-----END PUBLIC KEY-----\n',
    },
  },
};

const lines = [
  { ...row, writer: '9b1d6f0e-3c52-4b7e-9a55-2f1c7d0e8a44', batchNo: 17, rowNo: 0 },
  { complete: true, rows: 1 },
];

export const exportExample: RouteExample = {
  query: { signatureId, event: 'issuance', format: 'ndjson' },
  answers: { 200: { 'application/x-ndjson': lines.map((line) => `${JSON.stringify(line)}\n`).join('') } },
};
