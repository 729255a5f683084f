import { rotationMessage } from '../../src/derivation.ts';
import { deriveKey, pathKey } from '../../src/node.ts';
import { sample } from './sample.ts';

/** HMAC-SHA256(owner key, message): the key of a path that was rotated. Bytes in hex. */
export interface RotationVector {
  key: string;
  path: string;
  rotation: number;
  message: string;
  pathKey: string;
}

const { path } = sample;

const CASES = [
  { path, rotation: 1 },
  { path, rotation: 2 },
  { path, rotation: 2_147_483_647 },
  { path: 'public/team/Zo\u00eb.jpg', rotation: 1 },
  { path: 'a', rotation: 11 },
  { path: 'a1', rotation: 1 },
];

/** Generates rotations.json. */
export function rotationVectors(): RotationVector[] {
  const key = deriveKey(sample);
  return CASES.map((input) => ({
    key: key.export().toString('hex'),
    ...input,
    message: Buffer.from(rotationMessage(input.path, input.rotation), 'latin1').toString('hex'),
    pathKey: pathKey(key, input.path, input.rotation).export().toString('hex'),
  }));
}
