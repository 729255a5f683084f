import { readdirSync, readFileSync } from 'node:fs';
import type { CheckVectors } from '../scripts/vectors/checks.ts';
import type { DownloadNameVectors } from '../scripts/vectors/download-names.ts';
import type { KeyVector } from '../scripts/vectors/keys.ts';
import type { LengthPrefixedVectors } from '../scripts/vectors/length-prefixed.ts';
import type { KeyPathVectors, RawPathVectors } from '../scripts/vectors/paths.ts';
import type { RotationVector } from '../scripts/vectors/rotations.ts';
import type { SidVector } from '../scripts/vectors/sids.ts';
import type { SignedUrlVector } from '../scripts/vectors/signed-urls.ts';
import { vectorFiles } from '../scripts/generate-vectors.ts';
import type { WindowVector } from '../scripts/vectors/windows.ts';
import { judge, judgeOnTheWeb } from '../testing/holder.ts';
import * as node from './index.ts';
import { bytesOf, lengthPrefixed } from './length-prefixed.ts';
import { hkdf, hmac } from './node.ts';
import { parsePath } from './parse-path.ts';
import { hkdf as webHkdf, hmac as webHmac } from './web-crypto.ts';
import * as web from './web.ts';

const folder = new URL('../vectors/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');

const checks = read('checks.json') as CheckVectors;
const downloadNames = read('download-names.json') as DownloadNameVectors;
const keyPaths = read('key-paths.json') as KeyPathVectors;
const keys = read('keys.json') as KeyVector[];
const prefixed = read('length-prefixed.json') as LengthPrefixedVectors;
const rawPaths = read('raw-paths.json') as RawPathVectors;
const rotations = read('rotations.json') as RotationVector[];
const sids = read('sids.json') as SidVector[];
const signedUrls = read('signed-urls.json') as SignedUrlVector[];
const windows = read('windows.json') as WindowVector[];

describe('the committed vectors', () => {
  it('are what generate-vectors.ts writes', () => {
    const committed = readdirSync(folder).map(
      (name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const,
    );
    expect(new Map(committed.sort())).toEqual(new Map([...vectorFiles()].sort()));
  });

  it('are reproduced where nothing is hashed: length prefixes, paths and download names', () => {
    for (const { fields, hex } of prefixed.accepted)
      expect(bytesOf(lengthPrefixed(...fields))).toEqual(new Uint8Array(fromHex(hex)));
    for (const { fields, why } of prefixed.refused)
      expect(() => lengthPrefixed(...fields))
        .withContext(why)
        .toThrow();
    for (const { key, canonical } of keyPaths.accepted) expect(node.canonicalPath(key)).toBe(canonical);
    for (const { key, why } of keyPaths.refused)
      expect(() => node.canonicalPath(key))
        .withContext(why)
        .toThrow();
    for (const { raw, key, canonical } of rawPaths.accepted)
      expect(parsePath(raw)).toEqual({ ok: true, path: key, canonical });
    for (const { raw, why } of rawPaths.refused) expect(parsePath(raw).ok).withContext(why).toBeFalse();
    for (const { name, canonical } of downloadNames.accepted)
      expect(node.canonicalDownloadName(name)).toBe(canonical);
    for (const { name, why } of downloadNames.refused)
      expect(() => node.canonicalDownloadName(name))
        .withContext(why)
        .toThrow();
  });

  it('are reproduced by node:crypto', () => {
    for (const { key, info, ...vector } of keys) {
      const [master, salt] = [fromHex(vector.master), fromHex(vector.salt)];
      expect(hkdf(master, salt, fromHex(info), 32).toString('hex')).toBe(key);
      expect(
        node
          .deriveKey({ ...vector, master, salt })
          .export()
          .toString('hex'),
      ).toBe(key);
    }
    for (const { key, message, sid, ...input } of sids) {
      const imported = node.importKey(fromHex(key));
      expect(hmac(imported, fromHex(message).toString('latin1'), 'base64url').slice(0, 21)).toBe(
        sid.slice(0, 21),
      );
      expect(node.deriveSid(imported, input)).toBe(sid);
    }
    for (const { key, base, stringToSign, sig, url, ...fields } of signedUrls) {
      const imported = node.importKey(fromHex(key));
      expect(node.stringToSign(fields)).toBe(stringToSign);
      expect(hmac(imported, stringToSign, 'base64url')).toBe(sig);
      expect(node.signatureOf(imported, fields)).toBe(sig);
      expect(node.verifySignature(imported, fields, sig)).toBeTrue();
      expect(node.formatSignedUrl(base, { ...fields, sig })).toBe(url);
      expect(node.signUrl(imported, { base, ...fields })).toEqual({ url, sid: fields.sid, sig });
    }
    for (const { exp, ...request } of windows) expect(node.windowedExpiry(request)).toBe(exp);
    for (const { key, path, rotation, message, pathKey } of rotations) {
      const imported = node.importKey(fromHex(key));
      const tag = hmac(imported, fromHex(message).toString('latin1'), 'binary');
      expect(Buffer.from(tag, 'latin1').toString('hex')).toBe(pathKey);
      expect(node.pathKey(imported, path, rotation).export().toString('hex')).toBe(pathKey);
      expect(node.pathKey(imported, path, 0)).toBe(imported);
    }
  });

  it('are reproduced by WebCrypto', async () => {
    for (const { key, info, ...vector } of keys) {
      const [master, salt] = [fromHex(vector.master), fromHex(vector.salt)];
      expect(Buffer.from(await webHkdf(master, salt, fromHex(info), 32)).toString('hex')).toBe(key);
    }
    for (const { key, message, sid, ...input } of sids) {
      const imported = await web.importKey(fromHex(key));
      const tag = Buffer.from(await webHmac(imported, new Uint8Array(fromHex(message))));
      expect(tag.toString('base64url', 0, 16)).toBe(sid);
      expect(await web.deriveSid(imported, input)).toBe(sid);
    }
    for (const { key, base, stringToSign, sig, url, ...fields } of signedUrls) {
      const imported = await web.importKey(fromHex(key));
      expect(web.stringToSign(fields)).toBe(stringToSign);
      expect(await web.signatureOf(imported, fields)).toBe(sig);
      expect(await web.verifySignature(imported, fields, sig)).toBeTrue();
      expect(web.formatSignedUrl(base, { ...fields, sig })).toBe(url);
      expect(await web.signUrl(imported, { base, ...fields })).toEqual({ url, sid: fields.sid, sig });
    }
    for (const { exp, ...request } of windows) expect(await web.windowedExpiry(request)).toBe(exp);
    for (const { key, path, rotation, pathKey } of rotations) {
      const imported = await web.importKey(fromHex(key));
      const input = { principal: 'anonymous', path, exp: 1_767_225_245 };
      const sid = node.deriveSid(node.importKey(fromHex(pathKey)), input);
      expect(await web.deriveSid(await web.pathKey(imported, path, rotation), input)).toBe(sid);
      expect(await web.pathKey(imported, path, 0)).toBe(imported);
    }
  });

  it('are what a holder decides, with node:crypto and with WebCrypto', async () => {
    for (const check of checks.checks)
      for (const verdict of [judge(checks.holder, check), await judgeOnTheWeb(checks.holder, check)]) {
        expect(verdict.outcome).withContext(check.why).toBe(check.outcome);
        expect(verdict.outcome === 'accepted' ? 200 : 403)
          .withContext(check.why)
          .toBe(check.status);
        expect(verdict.path).withContext(check.why).toBe(check.path);
        expect(verdict.dl).withContext(check.why).toBe(check.dl);
      }
  });
});
