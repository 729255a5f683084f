import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MAX_KEY_BYTES, MAX_TARGET_BYTES, PARAMETER_BYTES } from './canonical-path.ts';
import { keyInfo, rotationMessage, sidMessage, windowMessage } from './derivation.ts';
import * as format from './index.ts';
import { parsePath } from './parse-path.ts';
import { encodeSegment, MAX_SEGMENT_BYTES } from './segment.ts';

const page = readFileSync(new URL('../../../docs/signed-url.md', import.meta.url), 'utf8');

/** Text of the code block with that language tag. */
function block(tag: string): string {
  const found = new RegExp('```' + tag + '\n([^`]*(?:`[^`]+)*)\n```').exec(page);
  if (!found?.[1]) throw new Error(`docs/signed-url.md has no block ${tag}`);
  return found[1];
}

/** `name = value` lines of a block. */
function values(tag: string): (name: string) => string {
  const lines = new Map(
    [...block(tag).matchAll(/^(.+?) *= (.+)$/gm)].map(([, name, value]) => [name, value]),
  );
  return (name) => lines.get(name) ?? `docs/signed-url.md has no ${name}`;
}

const hex = (binary: string): string => Buffer.from(binary, 'latin1').toString('hex');

describe('docs/signed-url.md', () => {
  const example = values('example');
  const result = values('result');
  const [tenant, ownerId, kid] = [example('tenant'), example('owner id'), example('kid')];
  const [path, exp, sid] = [example('path'), Number(example('exp')), example('sid')];
  const material = {
    master: Buffer.from(example('master'), 'hex'),
    salt: Buffer.from(example('salt'), 'hex'),
    tenant,
    ownerId,
    kid,
  };
  const fields = { authority: 'cdn.example.com', path, exp, kid, sid };

  it('derives the key of the worked example', () => {
    expect(hex(keyInfo(material))).toBe(example('info'));
    expect(format.deriveKey(material).export().toString('hex')).toBe(example('key'));
  });

  it('derives the expiry of the worked example', () => {
    const digest = createHash('sha256')
      .update(Buffer.from(example('window message'), 'hex'))
      .digest('hex');
    const lifetime = Number(example('lifetime'));
    expect(hex(windowMessage({ kid, path }))).toBe(example('window message'));
    expect(digest).toBe(example('digest'));
    expect(String(Math.floor(lifetime / 4))).toBe(example('w'));
    expect(String(BigInt(`0x${digest}`) % BigInt(example('w')))).toBe(example('s'));
    const request = { nowSeconds: Number(example('now')), lifetimeSeconds: lifetime, kid, path };
    expect(format.windowedExpiry(request)).toBe(exp);
  });

  it('derives the signature id of the worked example', () => {
    const input = { principal: example('principal'), path, exp };
    expect(hex(sidMessage(input))).toBe(example('sid message'));
    expect(format.deriveSid(format.deriveKey(material), input)).toBe(sid);
    expect(example('signature id')).toBe(`sig_${sid}`);
  });

  it('derives the key of the worked example after a rotation', () => {
    expect(hex(rotationMessage(path, 1))).toBe(example('rotation message'));
    const rotated = format.pathKey(format.deriveKey(material), path, 1);
    expect(rotated.export().toString('hex')).toBe(example('key after it'));
    for (const wrong of [-1, 1.5, NaN]) expect(() => format.pathKey(rotated, path, wrong)).toThrowError();
  });

  it('signs and formats the worked example', () => {
    const key = Buffer.from(example('key'), 'hex');
    const sig = createHmac('sha256', key).update(block('string-to-sign')).digest('base64url');
    expect(format.canonicalPath(path)).toBe(example('canonical path'));
    expect(format.stringToSign(fields)).toBe(block('string-to-sign'));
    expect(format.signatureOf(format.deriveKey(material), fields)).toBe(sig);
    expect(result('sig')).toBe(sig);
    expect(result('url')).toBe(format.formatSignedUrl('https://cdn.example.com', { ...fields, sig }));
  });

  it('gives OpenSSL the same values', () => {
    for (const name of ['exp', 'kid', 'sid', 'key']) expect(block('sh')).toContain(example(name));
  });

  it('lists exactly the characters that a raw path may have', () => {
    const listed = block('raw-path').replace('A-Z a-z 0-9', '').replaceAll(' ', '');
    for (let code = 0; code < 0x100; code++) {
      const character = String.fromCharCode(code);
      const allowed = /[A-Za-z0-9]/.test(character) || listed.includes(character);
      expect(parsePath(`/a${character}b`).ok)
        .withContext(`U+${code.toString(16)}`)
        .toBe(allowed);
    }
  });

  it('lists exactly the characters that a segment may not have', () => {
    const ranges = block('refused-characters')
      .split('\n')
      .map((line) => line.split('-').map(codePoint));
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      const text = `a${character}b`;
      if (!text.isWellFormed() || text.normalize('NFC') !== text || '/\\%'.includes(character)) continue;
      const refused = ranges.some(([from, to = from]) => code >= from! && code <= to!);
      if (encodeSegment(text).ok === refused) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('states the limits of the code', () => {
    const limits = [
      `longer than ${MAX_TARGET_BYTES} bytes`,
      `longer than ${MAX_SEGMENT_BYTES} bytes`,
      `longer than ${MAX_KEY_BYTES} bytes`,
      `longer than ${MAX_TARGET_BYTES - PARAMETER_BYTES} bytes`,
      `now + ${format.MAX_TTL_SECONDS} + ${format.CLOCK_SKEW_SECONDS}`,
      `1 to ${format.MAX_TTL_SECONDS}`,
    ];
    for (const limit of limits) expect(page).toContain(limit);
    expect(format.parseSignedTarget(result('url').slice(fields.authority.length + 8)).ok).toBeTrue();
    expect(result('url').split('?')[1]!.length + 1).toBe(PARAMETER_BYTES);
  });
});

function codePoint(text: string): number {
  return Number.parseInt(text.replace('U+', ''), 16);
}
