import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { freshDatabase } from '../testing/test-database.ts';
import {
  NO_SEAL,
  commitmentOf,
  leafOf,
  leavesDigest,
  sealOf,
  type PersonalColumns,
  type PublicColumns,
} from './leaf.ts';

interface Vector {
  salt: string;
  place: { writer: string; batchNo: number; rowNo: number };
  row: PublicColumns & PersonalColumns;
  attempt: string;
  commitment: string;
  leaf: string;
  /** Of the batch that has this row alone, after `previous`. */
  previous: string;
  seal: string;
}

const vectors = JSON.parse(readFileSync(new URL('./leaf.vectors.json', import.meta.url), 'utf8')) as Vector[];

// Written from docs/audit.md and nothing else: the same bytes by another road.
type Field = string | bigint | Uint8Array | null;
const field = (value: Field): Buffer => {
  if (value === null) return Buffer.from('ffffffff', 'hex');
  const bytes = typeof value === 'bigint' ? Buffer.alloc(8) : Buffer.from(value as string);
  if (typeof value === 'bigint') bytes.writeBigInt64BE(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const sha256 = (domain: string, fields: readonly Field[]): string =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(domain), ...fields.map(field)]))
    .digest('hex');
const whole = (value: number | null | undefined): bigint | null =>
  typeof value === 'number' ? BigInt(value) : null;
const words = (value: string | null | undefined): string | null => value ?? null;
const uuid = (text: string): Buffer => Buffer.from(text.replaceAll('-', ''), 'hex');

const independent = ({ salt, place, row, attempt, previous }: Vector): Record<string, string> => {
  const commitment = sha256('countersign1-audit-personal\n', [
    Buffer.from(salt, 'hex'),
    ...[row.path, row.actor, row.owner, row.reason, row.ipPrefix, row.userAgent].map(words),
  ]);
  const leaf = sha256('countersign1-audit-leaf\n', [
    whole(row.at),
    ...[row.event, row.tenantId, row.resourceId, row.signatureId, row.kid].map(words),
    ...[row.expiresAt, row.status, row.bytes, row.durationMs].map(whole),
    words(row.holder),
    uuid(place.writer),
    whole(place.batchNo),
    whole(place.rowNo),
    Buffer.from(commitment, 'hex'),
  ]);
  const leaves = createHash('sha256').update(Buffer.from(leaf, 'hex')).digest();
  const seal = sha256('countersign1-audit-seal\n', [
    Buffer.from(previous, 'hex'),
    uuid(place.writer),
    whole(place.batchNo),
    uuid(attempt),
    whole(row.at),
    whole(row.at),
    1n,
    leaves,
  ]);
  return { commitment, leaf, seal };
};

const product = ({ salt, place, row, attempt, previous }: Vector): Record<string, string> => {
  const commitment = commitmentOf(Buffer.from(salt, 'hex'), row);
  const leaf = leafOf(place, row, commitment);
  const seal = sealOf({
    ...{ previous: Buffer.from(previous, 'hex'), writer: place.writer, batchNo: place.batchNo, attempt },
    ...{ firstAt: row.at, lastAt: row.at, rowCount: 1, leaves: leavesDigest(leaf) },
  });
  return { commitment: commitment.toString('hex'), leaf: leaf.toString('hex'), seal: seal.toString('hex') };
};

describe('The encoding of leaves and seals', () => {
  for (const [index, vector] of vectors.entries()) {
    it(`gives test vector ${index}, by the product and by a second implementation`, () => {
      const { commitment, leaf, seal } = vector;
      expect(product(vector)).toEqual({ commitment, leaf, seal });
      expect(independent(vector)).toEqual({ commitment, leaf, seal });
    });
  }

  it('agrees with a second implementation on random rows', () => {
    const maybe = <T>(value: T): T | null => (Math.random() < 0.3 ? null : value);
    const word = (): string => ['', 'ü 李 🎉', '\ud83d', 'x'.repeat(5000), randomBytes(9).toString('base64')].at(Math.floor(Math.random() * 5)) ?? ''; // prettier-ignore
    const number = (): number => Math.floor((Math.random() - 0.5) * 2 ** Math.floor(Math.random() * 53));
    for (let round = 0; round < 300 * Number(process.env['SCALE'] ?? 1); round++) {
      const row = {
        at: number(),
        event: word(),
        ...Object.fromEntries(['tenantId', 'resourceId', 'signatureId', 'kid', 'holder', 'path', 'actor', 'owner', 'reason', 'ipPrefix', 'userAgent'].map((name) => [name, maybe(word())])), // prettier-ignore
        ...Object.fromEntries(
          ['expiresAt', 'status', 'bytes', 'durationMs'].map((name) => [name, maybe(number())]),
        ),
      };
      const vector = {
        row,
        salt: randomBytes(16).toString('hex'),
        place: { writer: randomUUID(), batchNo: Math.abs(number()), rowNo: Math.floor(Math.random() * 1e6) },
        attempt: randomUUID(),
        previous: randomBytes(32).toString('hex'),
        ...{ commitment: '', leaf: '', seal: '' },
      };
      expect(product(vector)).toEqual(independent(vector));
    }
  });

  it('tells an absent column from an empty one, and one column from its neighbour', () => {
    const salt = Buffer.alloc(16);
    const place = { writer: randomUUID(), batchNo: 0, rowNo: 0 };
    const commitment = Buffer.alloc(32);
    const hashes = [
      commitmentOf(salt, {}),
      ...[
        { path: '' },
        { path: 'a' },
        { actor: 'a' },
        { actor: '' },
        { path: 'a', actor: 'b' },
        { path: 'ab' },
      ].map((row) => commitmentOf(salt, row)),
      ...[{}, { tenantId: '' }, { tenantId: 'a' }, { resourceId: 'a' }, { status: 0 }, { bytes: 0 }].map(
        (row) => leafOf(place, { at: 0, event: 'e', ...row }, commitment),
      ),
    ].map((hash) => hash.toString('hex'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('takes no number that is not whole, since it could not be read back as it was', () => {
    const place = { writer: randomUUID(), batchNo: 0, rowNo: 0 };
    for (const at of [0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(() => leafOf(place, { at, event: 'e' }, NO_SEAL)).toThrowError(RangeError);
    }
  });

  it('is what PostgreSQL computes with its own sha256', async () => {
    const database = await freshDatabase();
    try {
      const fields = { previous: randomBytes(32), writer: randomUUID(), batchNo: 7, attempt: randomUUID() };
      const { rows } = await database.pool.query<{ seal: Buffer }>(
        `SELECT sha256(convert_to(E'countersign1-audit-seal\\n', 'UTF8') || '\\x00000020'::bytea || $1::bytea
           || '\\x00000010'::bytea || uuid_send($2) || '\\x00000008'::bytea || int8send(7)
           || '\\x00000010'::bytea || uuid_send($3) || '\\xffffffff'::bytea || '\\x00000008'::bytea || int8send(-5)
           || '\\x00000008'::bytea || int8send(0) || '\\x00000020'::bytea || sha256('')) AS seal`,
        [fields.previous, fields.writer, fields.attempt],
      );
      const leaves = leavesDigest(Buffer.alloc(0));
      expect(rows[0]?.seal).toEqual(
        sealOf({ ...fields, firstAt: undefined, lastAt: -5, rowCount: 0, leaves }),
      );
    } finally {
      await database.drop();
    }
  });
});
