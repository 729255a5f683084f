import type { Logger } from 'pino';
import type { Database } from '../platform/database.ts';
import { StartError } from '../platform/start-error.ts';
import { checkValueOf, MasterSecrets, materialOf, secretMissing } from './master-secrets.ts';
import {
  announceMaster,
  hasKeys,
  listMasters,
  nameFirstMaster,
  noteSecretsHeld,
  type MasterVersion,
} from './master.store.ts';

/** The settings of master secrets. */
export interface MasterSettings {
  /** MASTER_SECRET. */
  masterSecret: string;
  /** MASTER_SECRET_PREVIOUS. */
  masterSecretPrevious: readonly string[];
}

const WAYS_OUT =
  'Set MASTER_SECRET to the secret that this database was used with, or put that one into MASTER_SECRET_PREVIOUS; docs/revocation.md says what to do when it is lost.';
const ATTEMPTS = 20;

/**
 * Finds out which of a server's secrets is which version of the database. The database decides which of them makes new
 * keys, not the order of the settings: so servers may get a new secret one after the other. A MASTER_SECRET that the
 * database does not know is announced to it, for `countersign keys rotate-master`.
 *
 * @param holder acts as `holder`
 * @param holderId of this server
 * @throws StartError when none of the secrets is one that is in use
 */
export async function openMasters(
  holder: Database,
  settings: MasterSettings,
  { holderId, log }: { holderId: string; log: Logger },
): Promise<MasterSecrets> {
  const newest = materialOf(settings.masterSecret);
  const materials = [newest, ...settings.masterSecretPrevious.map(materialOf)];
  let versions = await listMasters(holder);
  if (versions[0]?.checkValue === null) {
    // Nobody could say later which of several it was.
    if (materials.length > 1 && (await hasKeys(holder))) {
      throw new StartError(
        'MASTER_SECRET_PREVIOUS is set, and the database does not know its master secret yet: start once with MASTER_SECRET as it was before, and without MASTER_SECRET_PREVIOUS.',
      );
    }
    await nameFirstMaster(holder, checkValueOf(newest));
    versions = await listMasters(holder);
  }
  const check = checkValueOf(newest);
  const isKnown = (): boolean => versions.some(({ checkValue }) => checkValue?.equals(check));
  for (let attempt = 0; !isKnown() && attempt < ATTEMPTS; attempt += 1) {
    // Another server may announce another secret at this moment, with the same number.
    await announceMaster(holder, check);
    versions = await listMasters(holder);
  }
  const byVersion = matched(versions, materials);
  tell(versions, byVersion, log);
  const masters = new MasterSecrets(byVersion, log);
  await noteSecretsHeld(holder, holderId, masters.versions);
  return masters;
}

function matched(
  versions: readonly MasterVersion[],
  materials: readonly Buffer[],
): ReadonlyMap<number, Uint8Array> {
  const byVersion = new Map<number, Uint8Array>();
  for (const material of materials) {
    const check = checkValueOf(material);
    const found = versions.find(({ checkValue }) => checkValue?.equals(check));
    if (found) byVersion.set(found.version, material);
  }
  return byVersion;
}

/** @throws StartError */
function tell(
  versions: readonly MasterVersion[],
  byVersion: ReadonlyMap<number, Uint8Array>,
  log: Logger,
): void {
  const inUse = versions.filter(({ state }) => state === 'current' || state === 'retiring');
  const missing = inUse.filter(({ version }) => !byVersion.has(version));
  if (missing.length === inUse.length) {
    const names = inUse.map(({ version }) => version).join(', ');
    throw new StartError(
      `MASTER_SECRET is not what the keys of this database were made with (master version ${names}). ${WAYS_OUT}`,
    );
  }
  for (const { version } of missing) log.error({ version }, secretMissing(version));
  for (const { version, state } of versions) {
    if (!byVersion.has(version)) continue;
    if (state === 'announced') {
      log.warn(
        { version },
        'a new master secret is known here and makes no keys yet: when every server has it, run countersign keys rotate-master',
      );
    }
    if (state === 'retired') {
      log.info({ version }, 'a master secret is not needed any more: take it out of the settings');
    }
  }
}
