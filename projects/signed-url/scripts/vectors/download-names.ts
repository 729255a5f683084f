import { canonicalDownloadName } from '../../src/canonical-path.ts';
import { refusedSegments } from './refused-segments.ts';

/** Decoded download names and how they stand in `dl=`. */
export interface DownloadNameVectors {
  accepted: { name: string; canonical: string }[];
  refused: { name: string; why: string }[];
}

const NAMES = [
  '',
  'report.pdf',
  'Zo\u00eb & Ada (final) "v2".pdf',
  'a+b=c&d;e.txt',
  "it's.txt",
  '\u5199\u771f.png',
];

/** Generates download-names.json. */
export function downloadNameVectors(): DownloadNameVectors {
  return {
    accepted: NAMES.map((name) => ({ name, canonical: canonicalDownloadName(name) })),
    refused: [
      { name: 'a/b', why: 'slash' },
      ...refusedSegments.map(({ segment, why }) => ({ name: segment, why })),
    ],
  };
}
