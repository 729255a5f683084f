import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';

describe('An upload that fails', () => {
  beforeEach(() => {
    jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
    spyOn(Math, 'random').and.returnValue(0);
  });
  afterEach(() => jasmine.clock().uninstall());

  function one() {
    const all = uploading({ concurrency: 1 });
    const [upload] = all.uploads.add(fileOf('a.jpg', 100), { kind: 'teamPhoto' });
    return { ...all, upload: upload! };
  }

  it('for a reason that passes is sent again after 1, 2 and 4 seconds, then given up', () => {
    const { upload, backend } = one();
    for (const [seconds, attempt] of [
      [1, 2],
      [2, 3],
      [4, 4],
    ] as const) {
      backend.refuse(503, 'database-unavailable');
      expect(upload.state()).toEqual(
        jasmine.objectContaining({
          status: 'waiting',
          error: jasmine.objectContaining({ code: 'database-unavailable', status: 503 }),
          retryAt: new Date(Date.now() + seconds * 1_000),
        }),
      );
      jasmine.clock().tick(seconds * 1_000 - 1);
      expect(backend.names).toEqual([]);
      jasmine.clock().tick(1);
      expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'uploading', attempt }));
    }
    backend.refuse(503, 'database-unavailable');
    expect(upload.state().status).toBe('failed');
    jasmine.clock().tick(60_000);
    expect(backend.names).toEqual([]);
  });

  for (const status of [408, 429, 500, 502, 504]) {
    it(`with ${status} is sent again`, () => {
      const { upload, backend } = one();
      backend.answer('<h1>Try later</h1>', status);
      expect(upload.state().status).toBe('waiting');
    });
  }

  it('without any answer is sent again', () => {
    const { upload, backend } = one();
    backend.drop();
    jasmine.clock().tick(1_000);
    backend.store();
    expect(upload.state().status).toBe('completed');
  });

  for (const status of [400, 401, 403, 404, 409, 413, 415]) {
    it(`with ${status} is not sent again`, () => {
      const { upload, backend } = one();
      backend.refuse(status, 'whatever');
      expect(upload.state().status).toBe('failed');
    });
  }

  it('waits as long as the server asks', () => {
    const { upload, backend } = one();
    backend.refuse(429, 'rate-limited', { 'Retry-After': '30' });
    jasmine.clock().tick(29_999);
    expect(upload.state().status).toBe('waiting');
    jasmine.clock().tick(1);
    expect(upload.state().status).toBe('uploading');
    backend.refuse(503, 'lease-expired', { 'Retry-After': 'Thu, 01 Jan 2026 12:01:30 GMT' });
    expect(upload.state()).toEqual(jasmine.objectContaining({ retryAt: new Date('2026-01-01T12:01:30Z') }));
  });

  it('does not come back earlier than it would because the server asks for less, or for nonsense', () => {
    const { upload, backend } = one();
    backend.refuse(503, 'lease-expired', { 'Retry-After': '0' });
    expect(upload.state()).toEqual(jasmine.objectContaining({ retryAt: new Date(Date.now() + 1_000) }));
    jasmine.clock().tick(1_000);
    backend.refuse(503, 'lease-expired', { 'Retry-After': 'soon' });
    expect(upload.state()).toEqual(jasmine.objectContaining({ retryAt: new Date(Date.now() + 2_000) }));
  });

  it('is given up when the server asks for more than five minutes, and says so', () => {
    const { upload, backend } = one();
    backend.refuse(429, 'rate-limited', { 'Retry-After': '301' });
    expect(upload.state()).toEqual(
      jasmine.objectContaining({
        status: 'failed',
        error: jasmine.objectContaining({ code: 'rate-limited', retryAfter: 301 }),
      }),
    );
  });

  it('does not come back together with everybody else', () => {
    (Math.random as jasmine.Spy).and.returnValue(0.5);
    const { upload, backend } = one();
    backend.drop();
    expect(upload.state()).toEqual(jasmine.objectContaining({ retryAt: new Date(Date.now() + 1_100) }));
  });

  it('keeps its turn while it waits, so that a server in trouble is not asked by all the others', () => {
    const { uploads, backend } = one();
    const [next] = uploads.add(fileOf('b.jpg'), { kind: 'teamPhoto' });
    backend.drop();
    expect(next!.state().status).toBe('queued');
  });

  it('is sent at once by retry while it waits', () => {
    const { upload, backend } = one();
    backend.drop();
    upload.retry();
    expect(backend.names).toEqual(['a.jpg']);
    jasmine.clock().tick(60_000);
    expect(backend.names).toEqual(['a.jpg']);
    expect(upload.state().attempt).toBe(2);
  });

  for (const stop of ['pause', 'cancel'] as const) {
    it(`does not come back after ${stop}`, () => {
      const { upload, backend } = one();
      backend.drop();
      upload[stop]();
      jasmine.clock().tick(60_000);
      expect(backend.names).toEqual([]);
    });
  }

  it('is given up with all its attempts, and has them anew after retry', () => {
    const { upload, backend } = one();
    backend.refuse(403, 'owner-revoked');
    upload.retry();
    backend.drop();
    expect(upload.state().status).toBe('waiting');
    jasmine.clock().tick(1_000);
    backend.store();
    expect(upload.state().status).toBe('completed');
  });

  it('has given up its bytes, which the server does not have', () => {
    const { upload, backend } = one();
    backend.progress(80);
    backend.refuse(401, 'sign-in-required');
    expect(upload.state()).toEqual(jasmine.objectContaining({ sent: 0, fraction: 0, resumable: false }));
  });
});
