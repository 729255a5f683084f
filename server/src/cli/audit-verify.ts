import type { KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { textsOf } from '../audit/checkpoint-sink.ts';
import { comparedWith, type Finding, type VerificationReport } from '../audit/findings.ts';
import { parsePublicKey } from '../audit/signing-key.ts';
import { verifyExport } from '../audit/verify-export.ts';
import { verifyAudit, type VerifyOptions } from '../audit/verify.ts';
import {
  CHECKPOINTS_OPTION,
  checkpointLines,
  configuredPreviousKeys,
  configuredPublicKey,
  linesLater,
  PUBLIC_KEY_OPTION,
} from './checkpoint-files.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { printable } from './display-width.ts';
import { cannotRun, EXIT } from './exit-codes.ts';
import { withAuditor } from './offline-database.ts';
import { asJson } from './owner-actions.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

const NO_CHECKPOINTS =
  'No checkpoint was compared, so a chain that was written anew, or cut, could not be told: see --checkpoints.';

/** `countersign audit verify` */
export const auditVerify = defineCommand({
  name: 'audit verify',
  says: 'Prove that no row of the audit was changed, added or lost',
  details: `Reads the whole log, of all tenants, or an export, and compares it with its seals and with the signed
checkpoints. It says first what it compared. Exit code 0: proven by that; 1: findings, each with its place;
3: it could not run. Whoever does not trust this machine names checkpoints and a public key from elsewhere.
It shows nothing of a row.`,
  options: {
    export: {
      type: 'string',
      value: 'FILE',
      completes: 'file',
      says: 'prove this export (its form is proof), without any database',
    },
    checkpoints: CHECKPOINTS_OPTION,
    'public-key': PUBLIC_KEY_OPTION,
    data: DATABASE_OPTIONS.data,
  },
  run: async ({ options, json, terminal, onInterrupt }) => {
    const settings = readSettings(options);
    const checkpoints = await checkpointLines(options.checkpoints, settings);
    const publicKeys = checkpoints ? await publicKeysOf(options['public-key'], settings) : [];
    const interrupted = new AbortController();
    onInterrupt(() => interrupted.abort());
    const onProgress = terminal.isWatched && !json ? progress(terminal) : undefined;
    const { signal } = interrupted;
    const lines = checkpoints && textsOf(checkpoints);
    const how: VerifyOptions = { checkpoints: lines, publicKeys, onProgress, signal };
    const report =
      options.export === undefined
        ? await withAuditor(options, (database) => verifyAudit({ database, ...how }))
        : await verifyExport(await exportLines(options.export), how);
    onProgress?.end();
    await terminal.write(
      json ? asJson({ compared: comparedWith(report), ...report }) : toText(report, terminal),
    );
    // The text begins with it.
    if (json && report.checkpoints === 0) terminal.say(NO_CHECKPOINTS);
    return report.holds ? EXIT.done : EXIT.no;
  },
});

async function exportLines(file: string): Promise<AsyncIterable<string>> {
  const found = await stat(file).catch((error: Error) => error);
  if (found instanceof Error || !found.isFile())
    throw cannotRun(`--export: ${file} is not a file that can be read.`);
  return linesLater(file);
}

async function publicKeysOf(file: string | undefined, settings: Settings): Promise<KeyObject[]> {
  if (file !== undefined) {
    const key = parsePublicKey(await readFile(file, 'utf8').catch(() => ''));
    if (!key) throw cannotRun(`--public-key: ${file} is not there, or no Ed25519 public key in PEM.`);
    return [key];
  }
  const key = await configuredPublicKey(settings);
  if (key === undefined) {
    throw cannotRun(
      'There are checkpoints, and no key to judge them by: set AUDIT_SIGNING_KEY, or name --public-key.',
    );
  }
  return [key, ...configuredPreviousKeys()];
}

/** One line that counts, on a terminal. */
function progress(terminal: Terminal): ((rows: number) => void) & { end(): void } {
  const show = (rows: number): void => terminal.count(`${rows.toLocaleString('en')} rows`);
  return Object.assign(show, { end: () => terminal.count('') });
}

function toText(report: VerificationReport, terminal: Terminal): string {
  const { rows, batches, writers, checkpoints, erased, retired, retiredThrough, beforeSeals } = report;
  const { holds, findings, findingsTotal, notShown, unwitnessed } = report;
  const number = (count: number): string => count.toLocaleString('en');
  const compared =
    comparedWith(report) === 'seals'
      ? `Compared with the seals alone. ${NO_CHECKPOINTS}`
      : `Compared with the seals and with ${number(checkpoints)} signed checkpoints.`;
  const head = holds
    ? `${terminal.paint('green', 'Proven.')} ${notShown === 0 ? 'No row was changed, added or lost.' : 'No row that is shown was changed or added.'}`
    : `${terminal.paint('red', `${number(findingsTotal)} findings.`)} The log is not what it was.`;
  const notes = [
    `${number(rows)} rows in ${number(batches)} batches of ${number(writers)} chains, ${number(checkpoints)} checkpoints`,
    ...(notShown > 0
      ? [`${number(notShown)} rows are not shown: the export is filtered, and whoever made it chose them`]
      : []),
    ...(checkpoints > 0 && unwitnessed > 0
      ? [
          `${number(unwitnessed)} rows that no checkpoint has seen: of the last minute, or of a server whose are not here?`,
        ]
      : []),
    ...(erased > 0 ? [`${number(erased)} rows without their personal columns, erased`] : []),
    ...(retired > 0 ? [`${number(retired)} rows gone by retention, through ${retiredThrough ?? ''}`] : []),
    ...(beforeSeals > 0
      ? [`${number(beforeSeals)} rows from before there were seals, which nothing proves`]
      : []),
    ...findings.map(toLine),
    ...(findingsTotal > findings.length ? [`... and ${number(findingsTotal - findings.length)} more`] : []),
  ];
  return [compared, head, ...notes.map((note) => `  ${printable(note)}`)].map((line) => `${line}\n`).join('');
}

function toLine({ kind, writer, batchNo, rowNo, day, text }: Finding): string {
  const place = [
    writer && `writer ${writer}`,
    batchNo !== undefined && `batch ${batchNo}`,
    rowNo !== undefined && `row ${rowNo}`,
    day,
  ].filter(Boolean);
  return `${kind}: ${text}${place.length > 0 ? ` (${place.join(', ')})` : ''}`;
}
