import type { RouteExample } from '../platform/route.ts';

const id = 'Qm7yT0cXk3v9LrTKw0bYdg';
const params = { id };
const at = '2027-01-01T00:00:00.000Z';
const hash = '5f0c'.repeat(16);

const done = ['probe', 'revoke', 'delete', 'remove', 'recheck', 'erase'].map((step) => ({
  step,
  doneAt: at,
}));
const heads = { at, chains: 3, digest: hash, events: { batchNo: 12, seal: hash } };

const certificate = {
  format: 'countersign-erasure-1',
  erasureId: id,
  tenant: 'default',
  origin: 'https://cdn.example.com/cdn',
  orderedAt: at,
  completedAt: at,
  steps: [...done, { step: 'certify', doneAt: at }],
  held: {
    resources: 1,
    bytes: 70,
    byKind: [{ kind: 'teamPhoto', resources: 1, bytes: 70 }],
    pathSalt: '0123456789abcdef0123456789abcdef',
    objects: [{ pathHash: hash, size: 70, deletedAt: at }],
    digest: hash,
  },
  deleted: { objects: 1, absent: 0, derivatives: 0, resourceRows: 1, auditRows: 5, keys: 1, memberships: 0 },
  receipt: {
    epoch: 42,
    effectiveAt: at,
    acknowledged: ['gateway-1:4711'],
    lapsed: [],
    notCovered: [],
    waitedMs: 12,
    mode: 'early',
  },
  seals: { before: heads, after: heads },
  probes: {
    before: at,
    after: at,
    urls: 1,
    gateways: [{ address: 'https://cdn.example.com/cdn', worked: 1, refused: 1, unanswered: 0 }],
    allRefused: true,
  },
  outside: {
    epochs: [42, 43],
    checkpoints: 'checkpoints in DATA_DIR',
    text: 'Every server keeps the changes of the deployment in signed checkpoints, from which nothing is ever taken: checkpoints in DATA_DIR of the server that wrote this certificate, and as many places as there are servers. They hold the numbers and times of the changes above and of earlier ones, names of keys that are destroyed, signature ids, and of each path that was changed its SHA-256. No name and no path is in them; whoever guesses a path can tell that it was changed. Log collectors and what proxies record are outside of this certificate too.',
  },
  backups: {
    heldUntil: null,
    text: `This certificate is about the running deployment. Backups of its database and of its stored objects, replicas that are behind, and versions or snapshots that a storage service keeps by itself were not touched: those made before ${at} still hold what was erased. Until when, its operator has not said here (BACKUP_RETENTION_DAYS); ask, and write the day beside this certificate. Whoever restores one of them orders the same erasure again before the server is opened to anybody. Copies that others saved, and what browsers have shown, are outside of it too.`,
  },
  key: '0123456789abcdef',
  signature: 'A'.repeat(86),
};

const whole = {
  id,
  status: 'done',
  orderedAt: at,
  doneAt: at,
  next: null,
  steps: done,
  failure: null,
  certificate,
};

export const eraseExample: RouteExample = {
  params: { id: 'former' },
  body: { confirm: 'former' },
  answers: {
    200: whole,
    202: {
      ...whole,
      status: 'under-way',
      doneAt: null,
      next: 'delete',
      steps: done.slice(0, 2),
      certificate: null,
    },
  },
};

export const erasureExample: RouteExample = { params, answers: { 200: whole } };

export const certificateExample: RouteExample = { params, answers: {} };
