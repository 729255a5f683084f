import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';

describe('An upload without a network', () => {
  beforeEach(() => {
    jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
    spyOn(Math, 'random').and.returnValue(0);
  });
  afterEach(() => jasmine.clock().uninstall());

  function one(online: boolean) {
    spyOnProperty(navigator, 'onLine').and.returnValue(online);
    const all = uploading();
    const [upload] = all.uploads.add(fileOf('a.jpg', 100), { kind: 'teamPhoto' });
    return { ...all, upload: upload! };
  }

  it('goes on when the browser says that there is one again', () => {
    const { backend, upload } = one(false);
    for (let time = 1; time <= 9; time++) {
      backend.drop();
      expect(upload.state().status).toBe('waiting');
      globalThis.dispatchEvent(new Event('online'));
      expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'uploading', attempt: time + 1 }));
    }
    backend.store();
    expect(upload.state().status).toBe('completed');
  });

  it('tries after five minutes all the same: browsers err', () => {
    const { backend, upload } = one(false);
    backend.drop();
    jasmine.clock().tick(299_999);
    expect(upload.state().status).toBe('waiting');
    jasmine.clock().tick(1);
    expect(upload.state().status).toBe('uploading');
  });

  it('that the browser believes to have one is tried three more times', () => {
    const { backend, upload } = one(true);
    for (const seconds of [1, 2, 4]) {
      backend.drop();
      jasmine.clock().tick(seconds * 1_000);
    }
    backend.drop();
    expect(upload.state().status).toBe('failed');
  });

  for (const ends of ['pause', 'cancel'] as const) {
    it(`stays where it is after ${ends}()`, () => {
      const { backend, upload } = one(false);
      backend.drop();
      upload[ends]();
      globalThis.dispatchEvent(new Event('online'));
      expect(backend.names).toEqual([]);
    });
  }

  it('is not what an error of the server means', () => {
    const { backend, upload } = one(false);
    backend.refuse(503, 'down');
    globalThis.dispatchEvent(new Event('online'));
    expect(upload.state().status).toBe('waiting');
  });
});

describe('Uploads with an AbortSignal', () => {
  it('are cancelled by it, as far as they have not ended', () => {
    const { uploads, backend } = uploading({ concurrency: 2 });
    const abort = new AbortController();
    const files = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => fileOf(name));
    const added = uploads.add(files, { kind: 'teamPhoto', signal: abort.signal });
    const [other] = uploads.add(fileOf('d.jpg'), { kind: 'teamPhoto' });
    backend.store();
    abort.abort();
    expect(added.map((upload) => upload.state().status)).toEqual(['completed', 'cancelled', 'cancelled']);
    expect(backend.names).toEqual(['d.jpg']);
    expect(other!.state().status).toBe('uploading');
  });

  it('that was aborted before are not sent at all', () => {
    const { uploads, backend } = uploading();
    const [upload] = uploads.add(fileOf('a.jpg'), { kind: 'teamPhoto', signal: AbortSignal.abort() });
    expect(upload!.state().status).toBe('cancelled');
    expect(backend.names).toEqual([]);
  });
});
