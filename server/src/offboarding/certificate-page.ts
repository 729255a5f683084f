import type { Certificate } from './certificate.ts';
import { CERTIFICATE_STYLE } from './certificate-style.ts';

const STEP_WORDS: Readonly<Record<string, string>> = {
  probe: 'URLs to what was held were signed and fetched',
  revoke: 'The signature keys were destroyed; receipt below',
  delete: 'Stored objects were deleted; each was looked for afterwards, and none was there',
  remove: 'The rows of the resources were removed',
  recheck: 'The same URLs were fetched again',
  erase: 'The name was taken out of every row',
  certify: 'What came in meanwhile was erased, and this was signed',
};

/** @returns the page that says what the certificate says, for people and for paper */
export function certificatePage(certificate: Certificate): string {
  const { erasureId, tenant, origin, orderedAt, completedAt, steps } = certificate;
  const { held, deleted, receipt, seals, probes, outside, backups, key, signature } = certificate;
  const sections = [
    facts([
      ['Erasure', code(erasureId)],
      ['Tenant', escape(tenant)],
      ['Deployment', escape(origin)],
      ['Ordered', time(orderedAt)],
      ['Completed', time(completedAt)],
    ]),
    heading('What was done, and when'),
    table(
      ['Step', 'Done'],
      steps.map(({ step, doneAt }) => [escape(STEP_WORDS[step] ?? step), time(doneAt)]),
    ),
    heading('What was held and is deleted'),
    facts([
      ['Resources', number(held.resources)],
      ['Bytes', number(held.bytes)],
      ['Objects read back after their deletion', `${number(deleted.objects)}, none was there`],
      ...(deleted.absent
        ? [
            [
              'Objects that were not in the store before',
              `<span class="bad">${number(deleted.absent)}</span>: nothing was deleted; look in the files of every server`,
            ] as const,
          ]
        : []),
      ['Smaller pictures and posters of them, read back likewise', number(deleted.derivatives ?? 0)],
      ['Rows of resources removed', number(deleted.resourceRows)],
      ['Rows of the audit without their personal columns', number(deleted.auditRows)],
      ['Signature keys destroyed', number(deleted.keys)],
      ...(deleted.memberships === undefined
        ? []
        : [['Memberships of collections removed', number(deleted.memberships)] as const]),
      ['Digest over all objects', code(held.digest)],
    ]),
    ...(held.byKind.length > 0
      ? [
          table(
            ['Kind', 'Resources', 'Bytes'],
            held.byKind.map(({ kind, resources, bytes }) => [escape(kind), number(resources), number(bytes)]),
          ),
        ]
      : []),
    heading('Live probes'),
    verdict(certificate),
    table(
      ['Gateway', 'Worked before', 'Refused after', 'No answer'],
      probes.gateways.map(({ address, worked, refused, unanswered }) => [
        escape(address),
        number(worked),
        number(refused),
        number(unanswered),
      ]),
    ),
    heading('Receipt of the revocation'),
    receipt ? receiptFacts(receipt) : '<p>The person had no signature key.</p>',
    heading('Seals of the audit'),
    ...(['before', 'after'] as const).map((when) => {
      const { at, chains, digest, events } = seals[when];
      return facts([
        [when === 'before' ? 'Before' : 'After', time(at)],
        ['Chains, and the digest over their ends', `${number(chains)}, ${code(digest)}`],
        ['End of the chain of events', events ? `batch ${events.batchNo}, ${code(events.seal)}` : 'none yet'],
      ]);
    }),
    ...(outside
      ? [
          heading('Checkpoints and logs'),
          facts([
            ['Changes', outside.epochs.map(number).join(' ') || 'none'],
            ['Checkpoints of this server', code(outside.checkpoints)],
          ]),
          `<p class="keep">${escape(outside.text)}</p>`,
        ]
      : []),
    heading('Backups and copies'),
    `<p class="keep">${escape(backups.text)}</p>`,
    heading('Signature'),
    facts([
      ['Key', code(key)],
      ['Ed25519', code(signature)],
    ]),
    '<p>It signs the certificate as JSON, which this page repeats: <code>countersign certificate verify FILE</code> proves it without any server.</p>',
    ...(held.objects.length > 0 ? [heading('Objects'), objects(certificate)] : []),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Erasure certificate ${escape(erasureId)}</title>
<style>${CERTIFICATE_STYLE}</style>
</head>
<body>
<main>
<h1>Erasure certificate</h1>
<p class="lead">One person was erased from this deployment. The certificate names nobody.</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

function verdict({ probes }: Certificate): string {
  const { urls, allRefused, before, after } = probes;
  const when = `<p>Tried ${time(before)}, and again ${time(after)}.</p>`;
  if (urls === 0) return `<p class="verdict">No URL worked before, so none was tried afterwards.</p>${when}`;
  const worked = `${number(urls)} ${urls === 1 ? 'URL' : 'URLs'} worked before.`;
  return allRefused
    ? `<p class="verdict good">${worked} Every gateway refuses what it delivered.</p>${when}`
    : `<p class="verdict bad">${worked} Not every gateway answered afterwards: of those, nothing is proven here but the receipt.</p>${when}`;
}

function receiptFacts(receipt: NonNullable<Certificate['receipt']>): string {
  const { epoch, effectiveAt, acknowledged, lapsed, notCovered, mode, waitedMs } = receipt;
  const names = (holders: readonly string[]): string => holders.map(escape).join(', ') || 'none';
  return facts([
    ['Epoch', number(epoch)],
    ['Effective', time(effectiveAt)],
    ['Acknowledged', names(acknowledged)],
    ['Lapsed', names(lapsed)],
    ['Not covered', names(notCovered)],
    ['Waited', `${number(waitedMs)} ms (${mode})`],
  ]);
}

function objects({ held }: Certificate): string {
  const { objects: shown, resources, pathSalt } = held;
  const all =
    shown.length === resources
      ? ''
      : ` The first ${number(shown.length)} of ${number(resources)}; the digest above covers all.`;
  return `<p>The path of each as SHA-256 over the salt ${code(pathSalt)} and the path.${all}</p>
${table(
  ['Path', 'Bytes', 'Gone'],
  shown.map(({ pathHash, size, deletedAt }) => [code(pathHash), number(size), time(deletedAt)]),
)}`;
}

const NUMBER = /^[\d,]+$/;

const heading = (text: string): string => `<h2>${escape(text)}</h2>`;

/** Cells are HTML; a column of numbers is set as one. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = heads.map(
    (_head, index) => rows.length > 0 && rows.every((row) => NUMBER.test(row[index] ?? '')),
  );
  const mark = (index: number): string => (isNumber[index] ? ' class="n"' : '');
  const head = heads.map((text, index) => `<th scope="col"${mark(index)}>${escape(text)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, index) => `<td${mark(index)}>${cell}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<table class="facts"><tbody>${rows
    .map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${value}</td></tr>`)
    .join('\n')}</tbody></table>`;

const time = (iso: string): string =>
  `<time datetime="${escape(iso)}">${escape(iso.slice(0, 23).replace('T', ' '))} UTC</time>`;

const number = (count: number): string => count.toLocaleString('en');

const code = (text: string): string => `<code>${escape(text)}</code>`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
