import { keyInfo } from '../../src/derivation.ts';
import { deriveKey } from '../../src/node.ts';
import { counting, hex, id, sample } from './sample.ts';

/** HKDF-SHA256 (RFC 5869): ikm = master, salt, info, 32 bytes. Bytes in hex. */
export interface KeyVector {
  master: string;
  salt: string;
  tenant: string;
  ownerId: string;
  kid: string;
  info: string;
  key: string;
}

const { master, salt, tenant, ownerId, kid } = sample;

const MATERIALS = [
  { master, salt, tenant, ownerId, kid },
  { master, salt: counting(0x40, 32), tenant, ownerId, kid },
  { master: counting(0x01, 32), salt, tenant, ownerId, kid },
  { master: counting(0x00, 64), salt, tenant, ownerId, kid },
  { master, salt, tenant: 'acm', ownerId: 'eada', kid },
  { master, salt, tenant: 'acmea', ownerId: 'da', kid },
  {
    master,
    salt,
    tenant: 'Soci\u00e9t\u00e9',
    ownerId: '\u{1f469}\u200d\u{1f4bb}',
    kid: id(counting(0xf0, 16)),
  },
  { master, salt, tenant: 't'.repeat(255), ownerId: '\u65e5'.repeat(85), kid: id(Buffer.alloc(16)) },
];

/** Generates keys.json. */
export function keyVectors(): KeyVector[] {
  return MATERIALS.map((material) => ({
    master: hex(material.master),
    salt: hex(material.salt),
    tenant: material.tenant,
    ownerId: material.ownerId,
    kid: material.kid,
    info: Buffer.from(keyInfo(material), 'latin1').toString('hex'),
    key: deriveKey(material).export().toString('hex'),
  }));
}
