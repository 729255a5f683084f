import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';

describe('A raw upload', () => {
  function one() {
    const all = uploading({ concurrency: 1 });
    const [upload] = all.uploads.add(fileOf('a.jpg', 100), { kind: 'teamPhoto' });
    return { ...all, upload: upload! };
  }

  it('is aborted by pause, keeps its file, and does not pretend to keep its bytes', () => {
    const { upload, backend } = one();
    backend.progress(60);
    const [request] = backend.open;
    upload.pause();
    expect(request!.cancelled).toBeTrue();
    expect(upload.state()).toEqual({
      status: 'paused',
      sent: 0,
      total: 100,
      fraction: 0,
      resumable: false,
      attempt: 1,
    });
  });

  it('begins again from the beginning when it is resumed', () => {
    const { upload, backend } = one();
    backend.progress(60);
    upload.pause();
    upload.resume();
    expect(upload.state()).toEqual(
      jasmine.objectContaining({ status: 'uploading', sent: 0, fraction: undefined, attempt: 2 }),
    );
    expect((backend.open[0]!.request.body as File).size).toBe(100);
    backend.store();
    expect(upload.state().status).toBe('completed');
  });

  it('gives its turn to the next while it is paused, and waits for another one when it is resumed', () => {
    const { uploads, upload, backend } = one();
    const [next] = uploads.add(fileOf('b.jpg'), { kind: 'teamPhoto' });
    upload.pause();
    expect(next!.state().status).toBe('uploading');
    upload.resume();
    expect(upload.state().status).toBe('queued');
    backend.store();
    expect(upload.state().status).toBe('uploading');
  });

  it('does not start when it is paused while it is queued', () => {
    const { uploads, backend } = one();
    const [next] = uploads.add(fileOf('b.jpg'), { kind: 'teamPhoto' });
    next!.pause();
    backend.store();
    expect(next!.state()).toEqual(jasmine.objectContaining({ status: 'paused', attempt: 0 }));
    expect(backend.names).toEqual([]);
  });

  it('is aborted by cancel, and can be sent again after all', () => {
    const { upload, backend } = one();
    backend.progress(60);
    upload.cancel();
    expect(backend.names).toEqual([]);
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'cancelled', sent: 0 }));
    upload.resume();
    expect(upload.state().status).toBe('cancelled');
    upload.retry();
    backend.store();
    expect(upload.state().status).toBe('completed');
  });

  it('stays as it is once it is completed', () => {
    const { upload, backend } = one();
    backend.store();
    const state = upload.state();
    for (const act of ['pause', 'resume', 'cancel', 'retry'] as const) upload[act]();
    expect(upload.state()).toBe(state);
    expect(backend.names).toEqual([]);
  });

  it('is paused by who hears of its progress, in the middle of hearing it', () => {
    const { upload, backend } = one();
    upload.state$.subscribe(({ sent }) => sent > 0 && upload.pause());
    backend.progress(10);
    expect(upload.state().status).toBe('paused');
    expect(backend.names).toEqual([]);
  });

  it('is cancelled by who hears that it starts', () => {
    const { uploads, backend } = one();
    const [next] = uploads.add(fileOf('b.jpg'), { kind: 'teamPhoto' });
    next!.state$.subscribe(({ status }) => status === 'uploading' && next!.cancel());
    backend.store();
    expect(next!.state().status).toBe('cancelled');
    expect(backend.names).toEqual([]);
  });
});
