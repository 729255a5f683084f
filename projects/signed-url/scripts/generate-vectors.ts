// Writes projects/signed-url/vectors/*.json: node --conditions=source projects/signed-url/scripts/generate-vectors.ts
import { writeFileSync } from 'node:fs';
import { checkVectors } from './vectors/checks.ts';
import { downloadNameVectors } from './vectors/download-names.ts';
import { keyVectors } from './vectors/keys.ts';
import { lengthPrefixedVectors } from './vectors/length-prefixed.ts';
import { keyPathVectors, rawPathVectors } from './vectors/paths.ts';
import { rotationVectors } from './vectors/rotations.ts';
import { sidVectors } from './vectors/sids.ts';
import { signedUrlVectors } from './vectors/signed-urls.ts';
import { windowVectors } from './vectors/windows.ts';

/** Every vector file: its name and its text. */
export function vectorFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['checks.json', json(checkVectors())],
    ['download-names.json', json(downloadNameVectors())],
    ['key-paths.json', json(keyPathVectors())],
    ['keys.json', json(keyVectors())],
    ['length-prefixed.json', json(lengthPrefixedVectors())],
    ['raw-paths.json', json(rawPathVectors())],
    ['rotations.json', json(rotationVectors())],
    ['sids.json', json(sidVectors())],
    ['signed-urls.json', json(signedUrlVectors())],
    ['windows.json', json(windowVectors())],
  ]);
}

/** ASCII only, so that no editor normalises or hides a character that a case is about. */
function json(vectors: unknown): string {
  const text = JSON.stringify(vectors, null, 2);
  return (
    text.replace(/[\x7f-\uffff]/g, (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0')) + '\n'
  );
}

if (import.meta.main)
  for (const [name, text] of vectorFiles())
    writeFileSync(new URL(`../vectors/${name}`, import.meta.url), text);
