import { canonical, type Check, exp, kid, otherId, refused, sid, sign, target } from './check.ts';

const sig = sign();
const instead = (of: string): string => target(canonical).replace(sig, of);

/** Well-formed targets whose signature is over something else. */
export const signatureChecks: readonly Check[] = [
  refused('signature', 'all zero bits', instead('A'.repeat(43))),
  refused('signature', 'first bit flipped', instead(flip(sig, 0))),
  refused('signature', 'last bit flipped', instead(flip(sig, 255))),
  refused('signature', 'another key', instead(sign({}, Buffer.from('90'.repeat(32), 'hex')))),
  refused('signature', 'an empty key', instead(sign({}, Buffer.alloc(0)))),
  refused('signature', 'another version', instead(sign({ version: 'countersign2' }))),
  refused('signature', 'another method', instead(sign({ method: 'PUT' }))),
  refused('signature', 'another authority', instead(sign({ authority: 'cdn.example.org' }))),
  refused('signature', 'the authority in upper case', instead(sign({ authority: 'CDN.EXAMPLE.COM' }))),
  refused('signature', 'the authority with its port', instead(sign({ authority: 'cdn.example.com:443' }))),
  refused('signature', 'another path', instead(sign({ canonical: '/public/a.jpg' }))),
  refused('signature', 'the folder above', instead(sign({ canonical: '/public/' }))),
  refused('signature', 'another expiry', instead(sign({ exp: String(exp + 1) }))),
  refused('signature', 'another kid', instead(sign({ kid: otherId }))),
  refused('signature', 'another sid', instead(sign({ sid: otherId }))),
  refused('signature', 'kid and sid exchanged', instead(sign({ kid: sid, sid: kid }))),
  refused('signature', 'a download name that was not signed', target(canonical) + '&dl=b.jpg'),
  refused('signature', 'an empty download name that was not signed', target(canonical) + '&dl='),
  refused('signature', 'a download name taken away', target(canonical, { dl: 'dl=b.jpg' })),
  refused('signature', 'another download name', target(canonical, { dl: 'dl=b.jpg' }, '&dl=b.exe')),
  refused('signature', 'fields without their names', instead(sign({ dl: 'b.jpg' })) + '&dl=b.jpg'),
];

function flip(text: string, bit: number): string {
  const bytes = Buffer.from(text, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (0x80 >> (bit & 7)), bit >> 3);
  return bytes.toString('base64url');
}
