import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';

describe('Several files', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}.jpg`);
  const files = (count: number) => names(count).map((name) => fileOf(name));

  it('go three at a time, in order', () => {
    const { uploads, backend } = uploading();
    uploads.add(files(5), { kind: 'teamPhoto' });
    expect(backend.names).toEqual(['1.jpg', '2.jpg', '3.jpg']);
    expect(uploads.items().map((upload) => upload.state().status)).toEqual([
      'uploading',
      'uploading',
      'uploading',
      'queued',
      'queued',
    ]);
    backend.store();
    expect(backend.names).toEqual(['2.jpg', '3.jpg', '4.jpg']);
    backend.refuse(413, 'too-large');
    expect(backend.names).toEqual(['3.jpg', '4.jpg', '5.jpg']);
  });

  it('go as many at a time as the application says, also when added one by one', () => {
    const { uploads, backend } = uploading({ concurrency: 2 });
    for (const file of files(3)) uploads.add(file, { kind: 'teamPhoto' });
    expect(backend.names).toEqual(['1.jpg', '2.jpg']);
  });

  it('come from a FileList as well', () => {
    const { uploads, backend } = uploading();
    const transfer = new DataTransfer();
    for (const file of files(2)) transfer.items.add(file);
    uploads.add(transfer.files, { kind: 'teamPhoto' });
    expect(backend.names).toEqual(['1.jpg', '2.jpg']);
  });

  it('are paused together without any that would start in between, and resumed together', () => {
    const { uploads, backend } = uploading({ concurrency: 2 });
    uploads.add(files(4), { kind: 'teamPhoto' });
    backend.store();
    uploads.pause();
    expect(backend.names).toEqual([]);
    expect(uploads.items().map((upload) => upload.state().attempt)).toEqual([1, 1, 1, 0]);
    expect(uploads.progress().counts).toEqual(jasmine.objectContaining({ completed: 1, paused: 3 }));
    uploads.resume();
    expect(backend.names).toEqual(['2.jpg', '3.jpg']);
  });

  it('are cancelled together, without what has ended', () => {
    const { uploads, backend } = uploading({ concurrency: 2 });
    uploads.add(files(4), { kind: 'teamPhoto' });
    backend.store();
    backend.refuse(403, 'forbidden');
    uploads.cancel();
    expect(backend.names).toEqual([]);
    expect(uploads.progress().counts).toEqual(
      jasmine.objectContaining({ completed: 1, failed: 1, cancelled: 2 }),
    );
  });

  it('are tried again together where they failed', () => {
    const { uploads, backend } = uploading({ concurrency: 2 });
    uploads.add(files(3), { kind: 'teamPhoto' });
    backend.refuse(403, 'forbidden');
    backend.refuse(403, 'forbidden');
    backend.store();
    uploads.retry();
    expect(backend.names).toEqual(['1.jpg', '2.jpg']);
  });

  it('leave the list when they are removed, and are aborted before', () => {
    const { uploads, backend } = uploading({ concurrency: 1 });
    const [first, second] = uploads.add(files(2), { kind: 'teamPhoto' });
    uploads.remove(first!);
    expect(uploads.items()).toEqual([second!]);
    expect(backend.names).toEqual(['2.jpg']);
    uploads.remove(first!);
    expect(uploads.items()).toEqual([second!]);
  });

  it('leave the list together when they are completed or cancelled; what failed stays to be seen', () => {
    const { uploads, backend } = uploading();
    const [, failed, , going] = uploads.add(files(4), { kind: 'teamPhoto' });
    backend.store();
    backend.refuse(403, 'forbidden');
    uploads.items()[2]!.cancel();
    uploads.clearEnded();
    expect(uploads.items()).toEqual([failed!, going!]);
  });

  it('end with whoever injected them, and nothing is sent afterwards', async () => {
    const { uploads, backend, leave } = uploading({ concurrency: 1 });
    const [first] = uploads.add(files(2), { kind: 'teamPhoto' });
    const seen: string[] = [];
    first!.state$.subscribe({ next: ({ status }) => seen.push(status), complete: () => seen.push('end') });
    const settled = uploads.settled();
    leave();
    expect(backend.names).toEqual([]);
    expect(seen).toEqual(['uploading', 'cancelled', 'end']);
    await settled;
    const [late] = uploads.add(files(1), { kind: 'teamPhoto' });
    expect(late!.state().status).toBe('cancelled');
    expect(backend.names).toEqual([]);
  });

  it('outlive a thousand that cannot be sent', () => {
    const { uploads, backend } = uploading({ concurrency: 1, maxBytes: 10 });
    uploads.add([...files(1_000), fileOf('small.jpg', 10)], { kind: 'teamPhoto' });
    expect(uploads.progress().counts.failed).toBe(1_000);
    expect(backend.names).toEqual(['small.jpg']);
  });
});
