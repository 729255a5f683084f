import { freshDatabase, type TestDatabase } from '../testing/test-database.ts';
import { arrayLiteral } from './array-literal.ts';

const PIECES = ['a', '"', '\\', ',', '{', '}', 'NULL', ' ', '\t', '\n', 'é', '😀', '\u0001', "'", '\\"', ''];

/** Every three of them, one after the other. */
const texts = PIECES.flatMap((a) => PIECES.flatMap((b) => PIECES.map((c) => a + b + c)));

describe('A list as a parameter', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
  });

  afterAll(() => database.drop());

  it('comes back from the database as it was, whatever is in its text', async () => {
    const lists = [[], [null], [''], [undefined, 'a'], texts, texts.slice().reverse()];
    for (const list of lists) {
      const { rows } = await database.pool.query('SELECT $1::text[] AS list', [arrayLiteral(list)]);
      expect(rows[0].list).toEqual(list.map((value) => value ?? null));
    }
  });

  it('carries whole numbers up to 2^53', async () => {
    const numbers = [0, -1, Number.MAX_SAFE_INTEGER, undefined];
    const { rows } = await database.pool.query('SELECT $1::int8[]::text[] AS list', [arrayLiteral(numbers)]);
    expect(rows[0].list).toEqual(['0', '-1', '9007199254740991', null]);
  });
});
