// Which source file of the library costs how much of what an application carries:
//   ng build resource-url && node bench/bundle/by-source.ts [FOLDER] [--service] [--code]
// FOLDER is a built library (dist/resource-url when none is named); --service leaves directives and resourceUrl() out;
// --code prints the minified code too.
import { SourceMap } from 'node:module';
import { resolve } from 'node:path';
import { gzipBytes } from './linked-bundle.ts';
import { libraryBundle } from './library-bundle.ts';

const words = process.argv.slice(2);
const folder = resolve(words.find((word) => !word.startsWith('--')) ?? 'dist/resource-url');
const {
  code,
  map,
  gzipBytes: whole,
  names,
} = await libraryBundle(folder, {
  forTemplates: !words.includes('--service'),
});

const charactersOf = new Map<string, { kept: string; others: string }>();
const sources = sourceOfEachCharacter(code, map);
for (const source of new Set(sources)) {
  const part = (own: boolean) => [...code].filter((_, at) => (sources[at] === source) === own).join('');
  charactersOf.set(source, { kept: part(true), others: part(false) });
}

console.log(names.join(', '));
console.log(`${Buffer.byteLength(code)} B minified, ${whole} B gzip -9\n`);
if (words.includes('--code')) console.log(`${code}\n`);
console.log('minified   gzip saved without it   source');
const rows = [...charactersOf]
  .map(([source, { kept, others }]) => ({
    source,
    bytes: Buffer.byteLength(kept),
    saved: whole - gzipBytes(others),
  }))
  .sort((a, b) => b.bytes - a.bytes);
for (const { source, bytes, saved } of rows) {
  console.log(`${String(bytes).padStart(8)}   ${String(saved).padStart(21)}   ${source}`);
}

/** @returns for each character the file it comes from, or `(bundler)` */
function sourceOfEachCharacter(text: string, sourceMap: string): string[] {
  const lookup = new SourceMap(JSON.parse(sourceMap));
  return text
    .split('\n')
    .flatMap((line, row) =>
      [...line, '\n'].map((_, column) => {
        const entry = lookup.findEntry(row, column);
        return 'originalSource' in entry && entry.originalSource
          ? entry.originalSource.replace(/^.*?projects\/resource-url\//, '')
          : '(bundler)';
      }),
    )
    .slice(0, [...text].length);
}
