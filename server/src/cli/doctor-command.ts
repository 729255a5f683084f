import { join, resolve } from 'node:path';
import { environment } from '../config.ts';
import { runningPostgresUrl } from '../platform/local-postgres.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { printable } from './display-width.ts';
import { problem, wordsOf, type Check, type Finding, type Surroundings } from './doctor/check.ts';
import { checks } from './doctor/checks.ts';
import { EXIT } from './exit-codes.ts';
import { asJson } from './owner-actions.ts';
import type { Terminal } from './terminal.ts';

const PATIENCE_MS = 20_000;
const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red' } as const;

type Named = Finding & { check: string };

/** `countersign doctor` */
export const doctorCommand = defineCommand({
  name: 'doctor',
  says: 'Look at configuration and surroundings, and say what to change',
  details: `Run it where the server runs: same user, same environment. It writes one file into the data folder and deletes
it, and sends one notification through the database; it changes nothing else, and shows no secret.
Exit code 1 when there is a problem; warnings alone are 0.`,
  options: { data: DATABASE_OPTIONS.data },
  async run({ options, json, terminal }) {
    const surroundings = await lookAround(options.data);
    const findings: Named[] = [];
    for (const check of checks) {
      const found = await runCheck(check, surroundings);
      findings.push(...found);
      if (!json) for (const finding of found) await terminal.write(lineOf(finding, terminal));
    }
    const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
    const [problems, warnings] = [count('problem'), count('warning')];
    if (json) await terminal.write(asJson({ ok: problems === 0, problems, warnings, findings }));
    else await terminal.write(`\n${summary(problems, warnings)}\n`);
    return problems > 0 ? EXIT.no : EXIT.done;
  },
});

async function lookAround(data: string | undefined): Promise<Surroundings> {
  const set = Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const variables = Object.fromEntries(set) as Record<string, string>;
  if (data !== undefined) variables['DATA_DIR'] = data;
  const dataDir = resolve(environment.shape.DATA_DIR.parse(variables['DATA_DIR']));
  // What is not valid is told by the check of the configuration, and here it is a database that does not answer.
  const given = variables['DATABASE_URL'];
  const databaseUrl = given ?? (await runningPostgresUrl(join(dataDir, 'postgres')).catch(() => undefined));
  const databaseDirectUrl = variables['DATABASE_DIRECT_URL'] ?? databaseUrl;
  const databaseMigrationUrl = variables['DATABASE_MIGRATION_URL'] ?? databaseDirectUrl;
  const database =
    databaseUrl && databaseDirectUrl && databaseMigrationUrl
      ? { databaseUrl, databaseDirectUrl, databaseMigrationUrl }
      : undefined;
  return { variables, dataDir, database, isProduction: given !== undefined };
}

async function runCheck({ name, run }: Check, surroundings: Surroundings): Promise<Named[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((fulfil) => {
    timer = setTimeout(
      () => fulfil([problem(`no answer within ${PATIENCE_MS / 1000} s`, 'look at what this check asks')]),
      PATIENCE_MS,
    );
  });
  const found = Promise.resolve()
    .then(() => run(surroundings))
    .catch((error: unknown) => [
      problem(`could not be checked: ${wordsOf(error)}`, 'look at the reason given'),
    ]);
  const findings = await Promise.race([found, late]);
  clearTimeout(timer);
  return findings.map((finding) => ({ check: name, ...finding }));
}

function lineOf({ check, level, says, change }: Named, terminal: Terminal): string {
  const mark = terminal.paint(COLOURS[level], level.padEnd(7));
  const head = `${mark}  ${check.padEnd(13)}  ${printable(says)}\n`;
  return change ? `${head}${' '.repeat(24)}-> ${printable(change)}\n` : head;
}

function summary(problems: number, warnings: number): string {
  const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  if (problems + warnings === 0) return 'Nothing is wrong.';
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}.`;
}
