/** What differs from one answer to the next, wherever it stands in a text. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/^cse_[\w-]{22}_[\w-]{43}$/, '<credential>'],
  [/-----BEGIN PUBLIC KEY-----\n[\w+/=]{60}\n-----END PUBLIC KEY-----/, '<public key>'],
  [/^[0-9a-f]{16}$/, '<key id>'],
  [/^[0-9a-f]{32}$/, '<salt>'],
  [/^[0-9a-f]{64}$/, '<hash>'],
  [/^[\w-]{86}$/, '<signature>'],
  // Of the form of an upload.
  [/^[\w-]{43}$/, '<signature>'],
  [/^\d+-\d+-\d{10}$/, '<policy>'],
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '<uuid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/^https?:\/\/[^/]+(\/cdn)?(?=\/)/, '<delivery>'],
  [/(?<=[?&]exp=)\d{10}\b/, '<time>'],
  [/(?<=[?&]sig=)[\w-]{43}(?![\w-])/, '<signature>'],
  [/(?<![\w-])((?:sig|res|col)_)?[\w-]{22}(?![\w-])/g, '$1<id>'],
  // Of the name under which an upload is stored.
  [/-\d{8}-\d{6}-[0-9a-z]{10}(?=\.\w+$)/, '-<random>'],
  [/^[\w.-]+:\d+$/, '<holder>'],
  [/^[\w-]+\.[\w-]+\.[\w-]+$/, '<token>'],
];

/** Members that are another number, or another text, each time. */
const changingMembers = new Set([
  ...['epoch', 'epochs'],
  // Other examples renew keys.
  'generation',
  'waitedMs',
  // Of everybody together.
  ...['bytes', 'resources'],
  ...['auditRows', 'chains', 'generation'],
  ...['nextCursor', 'revision'],
  ...['authority', 'objectKey', 'sha256', 'key'],
  ...['rows', 'batches', 'writers', 'checkpoints', 'unwitnessed', 'batchNo', 'rowNo', 'erased'],
]);

/**
 * An answer, or the example of one, without what changes: both are the same then, when the example is true.
 *
 * @param containing what stands for `items`, of which an example shows only some; default: all of them
 */
export function maskedAnswer(
  value: unknown,
  containing: (items: unknown[]) => unknown = (items) => items,
  name = '',
): unknown {
  if (value === null) return null;
  // Of an edge an epoch, of a receipt the names of holders.
  if (name === 'acknowledged' && typeof value === 'number') return '<number>';
  if (changingMembers.has(name)) return `<${typeof value}>`;
  if (typeof value === 'string') {
    return changing.reduce((text, [pattern, mask]) => text.replace(pattern, mask), value);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => maskedAnswer(item, containing));
    return name === 'items' ? containing(items) : items;
  }
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, maskedAnswer(member, containing, key)]),
  );
}
