import { auditExport } from './audit-export.ts';
import { auditSearch } from './audit-search.ts';
import { auditVerify } from './audit-verify.ts';
import { certificateVerify } from './certificate-verify.ts';
import type { Command } from './command.ts';
import { completionCommand } from './completion-command.ts';
import { departureCancel, departureImport, departureList, departurePlan } from './departure.ts';
import { doctorCommand } from './doctor-command.ts';
import { edgeCreate, edgeList, edgeRevoke, edgeRotate } from './edge.ts';
import { leaseSet, leaseShow } from './lease-time.ts';
import { migrateCommand } from './migrate-command.ts';
import { ownerReinstate, ownerRevoke, ownerRotate } from './owner-actions.ts';
import { ownerErase } from './owner-erase.ts';
import { ownerStatus } from './owner-status.ts';
import { policyExplain } from './policy-explain.ts';
import { rotateMaster } from './rotate-master.ts';
import { restoreReplay } from './restore-replay.ts';
import { serveCommand } from './serve-command.ts';
import { signatureRevoke } from './signature-revoke.ts';
import { storageSweep } from './storage-sweep.ts';
import { tokenCommand } from './token-command.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  serveCommand,
  migrateCommand,
  ownerRevoke,
  ownerReinstate,
  ownerRotate,
  ownerStatus,
  ownerErase,
  departurePlan,
  departureImport,
  departureList,
  departureCancel,
  edgeCreate,
  edgeList,
  edgeRotate,
  edgeRevoke,
  leaseShow,
  leaseSet,
  rotateMaster,
  signatureRevoke,
  auditSearch,
  auditExport,
  auditVerify,
  restoreReplay,
  storageSweep,
  policyExplain,
  doctorCommand,
  certificateVerify,
  tokenCommand,
  completionCommand(() => commands),
];
