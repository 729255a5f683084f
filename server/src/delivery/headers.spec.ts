import type { Resource } from '../resources/resource.ts';
import { byteRange, isUnchanged } from './byte-range.ts';
import { deliveryHeaders } from './headers.ts';

const resource = (contentType: string, displayName = 'Zoë “100%”.html'): Resource => ({
  id: 'res_1',
  tenantId: 'default',
  path: 'public/team/a',
  kind: 'teamPhoto',
  ownerId: 'ada',
  state: 'completed',
  displayName,
  contentType,
  size: 100,
  sha256: Buffer.alloc(32),
  objectKey: 'A'.repeat(22),
  version: 1,
  rotation: 0,
  collectionId: null,
  createdAt: new Date(0),
});

describe('the headers of a delivery', () => {
  const disposition = (contentType: string, dl?: string): string | undefined =>
    deliveryHeaders(resource(contentType), dl)['Content-Disposition'];

  it('show pictures, video, sound, PDF and plain text in place', () => {
    for (const type of [
      'image/jpeg',
      'image/avif',
      'video/mp4',
      'audio/mpeg',
      'application/pdf',
      'text/plain',
    ]) {
      expect(disposition(type)).withContext(type).toBeUndefined();
    }
  });

  it('offer as a download whatever could run', () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'application/javascript']) {
      expect(disposition(type)).withContext(type).toContain('attachment');
    }
  });

  it('name the download as the URL says, or as the resource is called when it says nothing', () => {
    expect(disposition('image/png', 'me.png')).toBe(`attachment; filename="me.png"; filename*=UTF-8''me.png`);
    expect(disposition('image/png', '')).toContain(
      `filename*=UTF-8''Zo%C3%AB%20%E2%80%9C100%25%E2%80%9D.html`,
    );
  });

  it('let no name end its quotes or begin another header', () => {
    const value = deliveryHeaders(resource('text/html', 'a"; filename=evil.exe\r\nX: y'), undefined);
    expect(value['Content-Disposition']).not.toMatch(/[\r\n]/);
    expect(value['Content-Disposition']).toContain('filename="a_; filename=evil.exe__X: y"');
  });
});

describe('the range of a delivery', () => {
  const tag = '"tag"';

  it('is one range of bytes, clipped to the object', () => {
    expect(byteRange('bytes=10-19', undefined, tag, 100)).toEqual({ status: 206, start: 10, end: 19 });
    expect(byteRange('bytes=90-500', undefined, tag, 100)).toEqual({ status: 206, start: 90, end: 99 });
    expect(byteRange('bytes=-10', undefined, tag, 100)).toEqual({ status: 206, start: 90, end: 99 });
  });

  it('is everything for several ranges, another unit, nonsense, and another version', () => {
    for (const header of ['bytes=0-1,50-51', 'lines=0-1', 'bytes', 'bytes=x-y', undefined]) {
      expect(byteRange(header, undefined, tag, 100))
        .withContext(String(header))
        .toEqual({ status: 200 });
    }
    expect(byteRange('bytes=0-1', '"other"', tag, 100)).toEqual({ status: 200 });
    expect(byteRange('bytes=0-1', `W/${tag}`, tag, 100)).toEqual({ status: 200 });
  });

  it('is refused past the end, and for an empty object', () => {
    expect(byteRange('bytes=100-', undefined, tag, 100)).toEqual({ status: 416 });
    expect(byteRange('bytes=0-', undefined, tag, 0)).toEqual({ status: 416 });
  });

  it('is not asked for when the tag is known', () => {
    expect(['"tag"', 'W/"tag"', '"x", "tag"', '*'].map((header) => isUnchanged(header, tag))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([undefined, '', '"other"', 'tag'].map((header) => isUnchanged(header, tag))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
