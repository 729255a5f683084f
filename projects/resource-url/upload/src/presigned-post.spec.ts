import { fileOf } from './testing/files.ts';
import { BUCKET, FormBackend, uploadingByForm } from './testing/form-backend.ts';
import type { UploadState } from './upload-state.ts';

const API = '/api/resources';
const BYTES_OF_100 = 'cd00e292c5970d3c5e2f0ffa5171e555bc46bfc4faddfb4a418b6840b86e79a3';

describe('An upload by a signed form', () => {
  beforeEach(() => {
    jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
    spyOn(Math, 'random').and.returnValue(0);
  });
  afterEach(() => jasmine.clock().uninstall());

  function one(options: Parameters<typeof uploadingByForm>[0] = {}, file = fileOf('a.jpg', 100)) {
    const { uploads, backend } = uploadingByForm(options);
    const [upload] = uploads.add(file, { kind: 'teamPhoto' });
    return { uploads, backend, upload: upload! };
  }

  const errorOf = (state: UploadState) =>
    state.status === 'failed' || state.status === 'waiting' ? state.error : undefined;

  it('begins, sends the form, and completes', async () => {
    const { backend, upload } = one();
    expect(await backend.begin()).toEqual({
      name: 'a.jpg',
      kind: 'teamPhoto',
      contentType: 'image/jpeg',
      size: 100,
      sha256: BYTES_OF_100,
    });
    const { request } = await backend.take();
    const form = request.body as FormData;
    expect([...form.keys()]).toEqual(['key', 'policy', 'file']);
    expect((form.get('file') as File).size).toBe(100);
    await backend.complete();
    expect(upload.state()).toEqual(
      jasmine.objectContaining({
        status: 'completed',
        resource: jasmine.objectContaining({ path: 'public/team/a.jpg', owner: 'ada' }),
      }),
    );
    expect(backend.log).toEqual([`POST ${API}/uploads`, `POST ${BUCKET}`, `POST ${API}/res_1/complete`]);
  });

  for (const [where, url] of [
    ['a foreign store', BUCKET],
    ['the gateway', '/api/resources/uploads/up_1/file'],
  ] as const) {
    it(`hands the form to ${where} past the interceptors, without token and cookies`, async () => {
      const { backend } = one();
      backend.url = url;
      await backend.begin();
      const { request } = await backend.take();
      expect(request.url).toBe(new URL(url, document.baseURI).href);
      expect(request.headers.keys()).toEqual([]);
      expect(request.withCredentials).toBeFalse();
      await backend.complete();
      expect(backend.intercepted).toEqual([`POST ${API}/uploads`, `POST ${API}/res_1/complete`]);
    });
  }

  it('says how far the file is, and not the form around it', async () => {
    const { backend, upload } = one();
    await backend.begin();
    expect(upload.state().fraction).toBeUndefined();
    const form = await backend.next();
    for (const [loaded, sent] of [
      [10, 0],
      [250, 50],
      [300, 100],
    ] as const) {
      FormBackend.progress(form, loaded, 300);
      expect(upload.state().sent).toBe(sent);
    }
  });

  it('announces the collection it is for', async () => {
    const { uploads, backend } = uploadingByForm({});
    uploads.add(fileOf('a.jpg', 3), { kind: 'document', collection: 'col_1' });
    expect(await backend.begin()).toEqual(jasmine.objectContaining({ collection: 'col_1' }));
  });

  it('announces no checksum of a file that is too large for one', async () => {
    const { backend } = one({ checksumUpTo: 99 });
    expect(await backend.begin()).not.toEqual(jasmine.objectContaining({ sha256: BYTES_OF_100 }));
  });

  for (const [type, contentType] of [
    ['text/plain;charset=utf-8', 'text/plain'],
    ['', undefined],
    ['Image/PNG', 'image/png'],
    ['nonsense', undefined],
  ] as const) {
    it(`announces ${contentType ?? 'no type'} for "${type}"`, async () => {
      const { backend } = one({}, fileOf('a', 3, type));
      expect((await backend.begin()).contentType).toBe(contentType);
    });
  }

  it('begins again after a failure that passes', async () => {
    const { backend, upload } = one();
    await backend.refuse(503, 'database-unavailable');
    expect(errorOf(upload.state())?.code).toBe('database-unavailable');
    jasmine.clock().tick(1_000);
    await backend.begin();
    await backend.take();
    await backend.complete();
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'completed', attempt: 2 }));
  });

  it('sends the same form again when the line broke', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.drop();
    expect(errorOf(upload.state())?.code).toBe('network');
    jasmine.clock().tick(1_000);
    await backend.take();
    await backend.complete();
    expect(backend.log).toEqual([
      `POST ${API}/uploads`,
      `POST ${BUCKET}`,
      `POST ${BUCKET}`,
      `POST ${API}/res_1/complete`,
    ]);
  });

  it('repeats only the completion once the form has arrived', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.take();
    await backend.drop();
    expect(upload.state()).toEqual(jasmine.objectContaining({ sent: 100, resumable: true }));
    jasmine.clock().tick(1_000);
    await backend.complete();
    expect(upload.state().status).toBe('completed');
    expect(backend.log.slice(-2)).toEqual([`POST ${API}/res_1/complete`, `POST ${API}/res_1/complete`]);
  });

  it('begins anew when its form has expired meanwhile', async () => {
    const { backend, upload } = one();
    backend.expiresIn = 60;
    await backend.begin();
    (await backend.next()).flush(null, { status: 500, statusText: 'down' });
    upload.pause();
    jasmine.clock().mockDate(new Date('2026-01-01T12:01:00Z'));
    upload.resume();
    await backend.begin();
    await backend.take();
    await backend.complete();
    expect(backend.log.at(-1)).toBe(`POST ${API}/res_2/complete`);
  });

  it('begins anew when the store says that its form has expired, since clocks differ', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.drop();
    jasmine.clock().tick(1_000);
    await backend.refuseAsS3(403, 'AccessDenied');
    await backend.begin();
    await backend.take();
    await backend.complete();
    expect(upload.state().status).toBe('completed');
  });

  it('fails when a store refuses a new form, and says what it said', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.refuseAsS3(403, 'AccessDenied');
    const error = errorOf(upload.state());
    expect([error?.code, error?.status, error?.detail]).toEqual([
      'store-refused',
      403,
      'The store said AccessDenied.',
    ]);
  });

  it('fails with the code of the gateway', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.refuse(400, 'upload-size');
    expect(errorOf(upload.state())?.code).toBe('upload-size');
    expect(errorOf(upload.state())?.detail).toBe('It is upload-size.');
  });

  it('is tried again when a store gave up on a slow line', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.refuseAsS3(400, 'RequestTimeout');
    expect(upload.state().status).toBe('waiting');
  });

  for (const code of ['checksum-mismatch', 'content-mismatch', 'upload-over']) {
    it(`fails with ${code}, and retry() begins another`, async () => {
      const { backend, upload } = one();
      await backend.begin();
      await backend.take();
      await backend.refuse(400, code);
      expect(errorOf(upload.state())?.code).toBe(code);
      upload.retry();
      await backend.begin();
      await backend.take();
      await backend.complete();
      expect(backend.log.at(-1)).toBe(`POST ${API}/res_2/complete`);
    });
  }

  it('goes on with what has arrived after signing in again', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.take();
    await backend.refuse(401, 'sign-in-required');
    upload.retry();
    await backend.complete();
    expect(backend.log.filter((line) => line === `POST ${BUCKET}`).length).toBe(1);
  });

  it('sends again what the store has lost', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.take();
    await backend.refuse(409, 'upload-incomplete');
    upload.retry();
    await backend.take();
    await backend.complete();
    expect(upload.state().status).toBe('completed');
  });

  it('fails as quarantined when the server keeps the file and delivers it to nobody', async () => {
    const { backend, upload } = one();
    await backend.begin();
    await backend.take();
    await backend.complete({ status: 'quarantined' });
    expect(errorOf(upload.state())?.code).toBe('quarantined');
  });

  for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 7]) {
    it(`sends nothing to ${url}`, async () => {
      const { backend, upload } = one();
      backend.url = url as string;
      await backend.begin();
      expect(errorOf(upload.state())?.code).toBe('malformed-answer');
    });
  }

  it('aborts the form when it is paused, and sends it from its beginning when it goes on', async () => {
    const { backend, upload } = one();
    await backend.begin();
    const form = await backend.next();
    FormBackend.progress(form, 60, 100);
    upload.pause();
    expect(form.cancelled).toBeTrue();
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'paused', sent: 0, resumable: false }));
    upload.resume();
    await backend.take();
    await backend.complete();
    expect(upload.state().status).toBe('completed');
  });

  it('is cancelled on the server too', async () => {
    const { backend, upload } = one();
    await backend.begin();
    const form = await backend.next();
    upload.cancel();
    expect(form.cancelled).toBeTrue();
    (await backend.next()).flush({ cancelled: true });
    expect(backend.log.at(-1)).toBe(`DELETE ${API}/uploads/up_1/file`);
  });

  it('asks nobody to cancel what has not begun', () => {
    const { backend, upload } = one();
    upload.cancel();
    expect(backend.log).toEqual([]);
  });
});
