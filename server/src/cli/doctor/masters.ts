import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environment } from '../../config.ts';
import { endOf } from '../../keys/key-rotation.ts';
import { checkValueOf, materialOf } from '../../keys/master-secrets.ts';
import type { KeysOfMaster, MasterVersion, ServerSecrets } from '../../keys/master.store.ts';
import { ok, problem, warning, wordsOf, type Check, type Finding, type Surroundings } from './check.ts';
import { readMasterFacts } from './database.store.ts';

const ROTATE = 'countersign keys rotate-master';

/** Which master secrets the database needs, which of them are set here, and how far a rotation is. */
export const mastersCheck: Check = {
  name: 'masters',
  async run(surroundings) {
    const { database } = surroundings;
    if (database === undefined) return [];
    const facts = await readMasterFacts(database.databaseDirectUrl).catch((error: unknown) => error as Error);
    // A database that is missing, or behind, is told by its own check.
    if (facts instanceof Error)
      return [warning(`master secrets were not looked at: ${wordsOf(facts)}`, 'look at the database')];
    const checks = (await secretsHere(surroundings)).map((secret) => checkValueOf(materialOf(secret)));
    return facts.masters.flatMap((master) => ofVersion(master, facts, checks));
  },
};

function ofVersion(
  master: MasterVersion,
  { keys, servers }: { keys: readonly KeysOfMaster[]; servers: readonly ServerSecrets[] },
  checks: readonly Buffer[],
): Finding[] {
  const { version, state, checkValue } = master;
  // The first server that starts says which secret it is.
  if (checkValue === null) return [];
  const isHere = checks.some((check) => check.equals(checkValue));
  if (state === 'retired') {
    return isHere
      ? [
          warning(
            `master version ${version} is retired: no key needs it`,
            'take it out of MASTER_SECRET_PREVIOUS',
          ),
        ]
      : [];
  }
  if (state === 'announced') return isHere ? [announced(version, servers)] : [];
  const {
    active = 0,
    retiring = 0,
    lastRetiredAt = null,
  } = keys.find((some) => some.version === version) ?? {};
  // One that has leaked is taken out of the settings when its last key is gone, before the hour in which it is retired.
  const isNeeded = state === 'current' || active + retiring > 0;
  const findings =
    isHere || !isNeeded
      ? []
      : [
          problem(
            `the secret of master version ${version}, which ${active + retiring} keys need, is not set here`,
            'set it in MASTER_SECRET or MASTER_SECRET_PREVIOUS',
          ),
        ];
  if (state === 'current')
    return [...findings, ok(`master version ${version} makes all new keys; ${active} are active`)];
  if (active > 0) {
    return [
      ...findings,
      warning(
        `${active} keys of master version ${version} are not renewed yet`,
        `run ${ROTATE} again; servers do it within the hour too`,
      ),
    ];
  }
  const end = lastRetiredAt
    ? `its last ${retiring} keys end by ${endOf(lastRetiredAt).toISOString()}`
    : 'it has no keys';
  return [...findings, ok(`master version ${version} is retiring: ${end}`)];
}

function announced(version: number, servers: readonly ServerSecrets[]): Finding {
  const lacking = servers.filter(({ versions }) => !versions?.includes(version));
  const says = `MASTER_SECRET is master version ${version}, which makes no keys yet`;
  return lacking.length === 0
    ? warning(says, `when every server has it, run ${ROTATE}`)
    : warning(
        `${says}; ${lacking.map(({ holderId }) => holderId).join(', ')} lack it`,
        `set MASTER_SECRET there, restart, then run ${ROTATE}`,
      );
}

async function secretsHere({ variables, dataDir }: Surroundings): Promise<string[]> {
  const { MASTER_SECRET: own, MASTER_SECRET_PREVIOUS: earlier } = variables;
  const parsed = environment.shape.MASTER_SECRET_PREVIOUS.safeParse(earlier);
  const generated =
    own === undefined ? await readFile(join(dataDir, 'secrets', 'master'), 'utf8').catch(() => '') : own;
  return [generated.trim(), ...(parsed.data ?? [])].filter((secret) => secret !== '');
}
