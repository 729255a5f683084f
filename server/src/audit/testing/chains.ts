import type pg from 'pg';

/**
 * Checks seals with PostgreSQL's own functions, so by other means than the product does: that every chain starts at 0,
 * has no gap, and that every seal is the one of its batch's stored fields after the one before it.
 *
 * @returns `writer batch_no` of every batch that does not hold
 */
export async function brokenChains(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ place: string }>(
    `SELECT writer || ' ' || batch_no AS place FROM (
       SELECT *, lag(seal, 1, $1::bytea) OVER chain AS previous, row_number() OVER chain - 1 AS expected
       FROM audit_batches WINDOW chain AS (PARTITION BY writer ORDER BY batch_no)
     ) b
     WHERE batch_no <> expected OR seal <> sha256(convert_to(E'countersign1-audit-seal\\n', 'UTF8')
       || '\\x00000020'::bytea || previous || '\\x00000010'::bytea || uuid_send(writer)
       || '\\x00000008'::bytea || int8send(batch_no) || '\\x00000010'::bytea || uuid_send(attempt)
       || coalesce('\\x00000008'::bytea || int8send((extract(epoch FROM first_at) * 1000000)::int8), '\\xffffffff')
       || coalesce('\\x00000008'::bytea || int8send((extract(epoch FROM last_at) * 1000000)::int8), '\\xffffffff')
       || '\\x00000008'::bytea || int8send(row_count) || '\\x00000020'::bytea || leaves)
     ORDER BY 1`,
    [Buffer.alloc(32)],
  );
  const counts = await pool.query<{ place: string }>(
    `SELECT b.writer || ' ' || b.batch_no AS place FROM audit_batches b
     LEFT JOIN resource_access_logs l USING (writer, batch_no)
     GROUP BY 1, b.row_count HAVING count(l.row_no) <> b.row_count`,
  );
  return [...rows, ...counts.rows].map(({ place }) => place);
}
