import { SAMPLE_PEOPLE, type SamplePerson } from '../people.ts';
import { onePagePdf } from './pdf.ts';

/** A document of one of the sample people. */
export interface SampleDocument {
  owner: Extract<SamplePerson['id'], 'ada' | 'grace'>;
  /** File name below `users/{owner}/documents/`. */
  name: string;
  displayName: string;
  contentType: 'application/pdf' | 'text/plain' | 'text/csv';
  body: Buffer;
}

const DISCLAIMER = 'Invented for a demonstration. It binds nobody.';

/** The documents of Ada and Grace: letters as PDF, notes as text, a table. */
export const SAMPLE_DOCUMENTS: readonly SampleDocument[] = [
  pdf('ada', 'employment-contract.pdf', 'Employment contract', [
    'Between the Analytical Engine Company and Ada Lovelace.',
    'Position: author of programs, and of notes longer than the paper they are about.',
  ]),
  pdf('ada', 'payslip-october.pdf', 'Payslip, October', ['Bernoulli numbers computed: 8', 'Paid: in full']),
  pdf('ada', 'certificate.pdf', 'Certificate of training', ['Course: weaving algebraical patterns']),
  plain('ada', 'notes-on-the-engine.txt', 'Notes on the engine', [
    'The engine weaves algebraical patterns just as the loom weaves flowers and leaves.',
  ]),
  {
    owner: 'ada',
    name: 'holidays.csv',
    displayName: 'Holidays.csv',
    contentType: 'text/csv',
    body: Buffer.from('from,to,days\n2026-08-03,2026-08-14,10\n2026-12-21,2026-12-31,8\n'),
  },
  pdf('grace', 'employment-contract.pdf', 'Employment contract', [
    'Between the Navy and Grace Hopper.',
    'Position: rear admiral, and first to find a bug that was one.',
  ]),
  pdf('grace', 'travel-expenses.pdf', 'Travel expenses', ['Wire, 11.8 inches: one nanosecond']),
  plain('grace', 'log-book.txt', 'Log book, 9 September', ['15:45 Relay 70 Panel F. Moth in relay.']),
];

function pdf(
  owner: SampleDocument['owner'],
  name: string,
  displayName: string,
  lines: readonly string[],
): SampleDocument {
  const holder = SAMPLE_PEOPLE.find(({ id }) => id === owner)?.name ?? owner;
  const body = onePagePdf(displayName, [`For ${holder}`, '', ...lines, '', DISCLAIMER]);
  return { owner, name, displayName, contentType: 'application/pdf', body };
}

function plain(
  owner: SampleDocument['owner'],
  name: string,
  displayName: string,
  lines: readonly string[],
): SampleDocument {
  const body = Buffer.from([...lines, '', DISCLAIMER, ''].join('\n'));
  return { owner, name, displayName, contentType: 'text/plain', body };
}
