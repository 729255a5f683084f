import { readFile } from 'node:fs/promises';
import { verifyCertificate, type CertificateFault } from '../offboarding/certificate.ts';
import { auditPublicKey } from './audit-public-key.ts';
import { DATABASE_OPTIONS, defineCommand } from './command.ts';
import { cannotRun, EXIT } from './exit-codes.ts';
import { asJson } from './owner-actions.ts';
import { readSettings } from './settings.ts';
import { fields } from './table.ts';

const FAULTS: Readonly<Record<NonNullable<CertificateFault>, string>> = {
  'no-certificate': 'This is no erasure certificate.',
  'other-key': 'The certificate names another key than the one to trust: see --public-key.',
  'bad-signature': 'The signature does not hold: this is not what was signed.',
};

/** `countersign certificate verify` */
export const certificateVerify = defineCommand({
  name: 'certificate verify',
  says: 'Prove that an erasure certificate is what a server signed',
  details: `Needs no server and no database. Exit code 0: proven; 1: it is not what was signed, or another key did;
3: it could not run. FILE is the certificate as JSON, or the answer of GET /api/erasures/{id}.`,
  argument: { name: 'FILE', says: 'the certificate' },
  options: {
    'public-key': {
      type: 'string',
      value: 'FILE',
      completes: 'file',
      says: 'PEM of who signed it (default: that of AUDIT_SIGNING_KEY, or of the embedded server)',
    },
    data: DATABASE_OPTIONS.data,
  },
  run: async ({ argument, options, json, terminal }) => {
    const text = await readFile(argument, 'utf8').catch(() => {
      throw cannotRun(`${argument} is not a file that can be read.`);
    });
    const key = await auditPublicKey(options['public-key'], readSettings(options));
    const { fault, certificate } = verifyCertificate(text, [key]);
    const holds = fault === undefined;
    if (json) {
      await terminal.write(
        asJson({ holds, fault: fault ?? null, erasureId: certificate?.erasureId ?? null }),
      );
      return holds ? EXIT.done : EXIT.no;
    }
    if (fault !== undefined || !certificate) {
      await terminal.write(`${terminal.paint('red', FAULTS[fault ?? 'no-certificate'])}\n`);
      return EXIT.no;
    }
    const { erasureId, tenant, origin, completedAt, deleted } = certificate;
    await terminal.write(
      `${terminal.paint('green', 'Proven.')} This is what was signed.\n${fields([
        ['erasure', erasureId],
        ['tenant', tenant],
        ['deployment', origin],
        ['completed', completedAt],
        ['objects', `${deleted.objects} deleted`],
        ['key', certificate.key],
      ])}`,
    );
    return EXIT.done;
  },
});
