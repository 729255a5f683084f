import type { UploadState } from '@countersign/angular/upload';
import { KeptUploads } from './kept-uploads.ts';
import { opened, TusServer, until } from './testing/tus-server.ts';

const fileOf = (name = 'a.bin', bytes = 100, lastModified = 1) =>
  new File([new Uint8Array(bytes)], name, { lastModified });

describe('A resumable upload', () => {
  let server: TusServer;

  beforeEach(() => {
    localStorage.clear();
    server = new TusServer();
    jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z'));
    spyOn(Math, 'random').and.returnValue(0);
  });
  afterEach(() => {
    jasmine.clock().uninstall();
    localStorage.clear();
  });

  function begin(file = fileOf(), options: Parameters<typeof opened>[1] = {}) {
    const app = opened(server, options);
    const [upload] = app.uploads.add(file, { kind: 'document' });
    return {
      ...app,
      upload: upload!,
      reach: (status: UploadState['status']) => until(upload!, () => upload!.state().status === status),
      sent: (bytes: number) => until(upload!, () => upload!.state().sent === bytes),
    };
  }

  const kept = () => Object.keys(localStorage).filter((key) => key.startsWith('countersign-'));
  const errorOf = (state: UploadState) =>
    state.status === 'failed' || state.status === 'waiting' ? state.error : undefined;

  it('is created, sent and completed, with the token of the application', async () => {
    const { upload, reach } = begin(
      new File([new Uint8Array(100)], 'Übung – 1.bin', { type: 'application/zip' }),
    );
    await reach('completed');
    expect(server.log).toEqual(['POST up1', 'PATCH up1 0', 'complete']);
    expect(server.tokens).toEqual(['ada', 'ada', 'ada']);
    expect(server.uploads.get('up1')?.metadata).toEqual({
      filename: 'Übung – 1.bin',
      filetype: 'application/zip',
      kind: 'document',
      sha256: 'cd00e292c5970d3c5e2f0ffa5171e555bc46bfc4faddfb4a418b6840b86e79a3',
    });
    expect(upload.state()).toEqual(
      jasmine.objectContaining({ resource: jasmine.objectContaining({ id: 'res_1', size: 100 }) }),
    );
  });

  it('announces the collection it is for', async () => {
    const app = opened(server, {});
    const [upload] = app.uploads.add(fileOf(), { kind: 'document', collection: 'col_1' });
    await until(upload!, () => upload!.state().status === 'completed');
    expect(server.uploads.get('up1')?.metadata['collection']).toBe('col_1');
  });

  it('announces no type that the browser does not know: the server goes by the name', async () => {
    const { reach } = begin();
    await reach('completed');
    expect(Object.keys(server.uploads.get('up1')?.metadata ?? {})).toEqual(['filename', 'kind', 'sha256']);
  });

  it('announces no checksum of a file that is too large for one', async () => {
    const { reach } = begin(fileOf(), { checksumUpTo: 99 });
    await reach('completed');
    expect(Object.keys(server.uploads.get('up1')?.metadata ?? {})).not.toContain('sha256');
  });

  it('goes on after a pause where the server stands', async () => {
    server.next = { does: 'hang', after: 60 };
    const { upload, reach, sent } = begin();
    await sent(60);
    upload.pause();
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'paused', sent: 60, resumable: true }));
    server.next = { does: 'take' };
    upload.resume();
    await reach('completed');
    expect(server.log).toEqual(['POST up1', 'PATCH up1 0', 'HEAD up1', 'PATCH up1 60', 'complete']);
  });

  it('goes on after twenty breaks, without beginning anew', async () => {
    const { upload, reach, sent } = begin();
    server.next = { does: 'break', after: 4 };
    for (let round = 1; round <= 20; round++) {
      await until(upload, () => upload.state().status === 'waiting' && upload.state().attempt === round);
      jasmine.clock().tick(1_000);
    }
    server.next = { does: 'take' };
    await sent(100);
    await reach('completed');
    expect(server.log.filter((line) => line.startsWith('POST'))).toEqual(['POST up1']);
    expect(server.log).toContain('PATCH up1 76');
  });

  it('is sent in requests of a size, where a proxy takes no larger ones', async () => {
    const { reach } = begin(fileOf(), { chunkBytes: 40 });
    await reach('completed');
    expect(server.log.filter((line) => line.startsWith('PATCH'))).toEqual([
      'PATCH up1 0',
      'PATCH up1 40',
      'PATCH up1 80',
    ]);
  });

  it('stops at once when it is paused before anything was sent', async () => {
    const { upload, reach } = begin();
    upload.pause();
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    expect(server.log).toEqual([]);
    upload.resume();
    await reach('completed');
  });

  it('repeats only the completion once everything has arrived', async () => {
    server.refusedCompletions.push([503, 'database-unavailable']);
    const { reach } = begin();
    await reach('waiting');
    jasmine.clock().tick(1_000);
    await reach('completed');
    expect(server.log).toEqual(['POST up1', 'PATCH up1 0', 'complete', 'complete']);
  });

  for (const [status, code] of [
    [423, 'upload-locked'],
    [409, 'upload-offset'],
    [507, 'storage-full'],
  ] as const) {
    it(`asks for the offset and goes on after ${code}`, async () => {
      server.next = { does: 'break', after: 10 };
      const { upload, reach } = begin();
      await reach('waiting');
      server.next = { does: 'refuse', status, code };
      jasmine.clock().tick(1_000);
      await until(upload, () => errorOf(upload.state())?.code === code);
      jasmine.clock().tick(2_000);
      await reach('completed');
      expect(server.log.slice(-3)).toEqual(['HEAD up1', 'PATCH up1 10', 'complete']);
    });
  }

  it('fails with the code of the server, and retry() begins anew', async () => {
    server.next = { does: 'refuse', status: 413, code: 'too-large' };
    const { upload, reach } = begin();
    await reach('failed');
    expect(errorOf(upload.state())?.code).toBe('too-large');
    upload.retry();
    await reach('completed');
    expect(server.log).toEqual(['POST up1', 'POST up2', 'PATCH up2 0', 'complete']);
  });

  it('goes on after signing in again', async () => {
    server.next = { does: 'break', after: 30 };
    const { upload, reach } = begin();
    await reach('waiting');
    server.next = { does: 'refuse', status: 401, code: 'sign-in-required' };
    jasmine.clock().tick(1_000);
    await reach('failed');
    expect(errorOf(upload.state())?.code).toBe('sign-in-required');
    upload.retry();
    await reach('completed');
    expect(server.log.at(-2)).toBe('PATCH up1 30');
  });

  it('is deleted on the server when it is cancelled', async () => {
    server.next = { does: 'hang', after: 60 };
    const { upload, sent } = begin();
    await sent(60);
    upload.cancel();
    expect(server.log.at(-1)).toBe('DELETE up1');
    expect(kept()).toEqual([]);
  });

  it('sends a token to the API only, whatever an answer says', async () => {
    server.location = () => 'https://elsewhere.example.com/api/resources/tus/up1';
    const { upload, reach } = begin();
    await reach('failed');
    expect(errorOf(upload.state())?.code).toBe('malformed-answer');
    expect(server.log).toEqual(['POST up1']);
  });

  describe('after a reload', () => {
    async function interrupted(options: Parameters<typeof opened>[1] = {}) {
      server.next = { does: 'hang', after: 60 };
      const app = begin(fileOf(), options);
      await app.sent(60);
      app.leave();
      server.next = { does: 'take' };
      server.log.length = 0;
    }

    it('goes on when the same person chooses the same file again', async () => {
      await interrupted();
      const { reach } = begin();
      await reach('completed');
      expect(server.log).toEqual(['HEAD up1', 'PATCH up1 60', 'complete']);
    });

    it('leaves nothing in the browser once it is complete', async () => {
      await interrupted();
      expect(kept().length).toBe(1);
      const { reach } = begin();
      await reach('completed');
      expect(kept()).toEqual([]);
    });

    it('keeps neither names nor tokens in the browser', async () => {
      await interrupted();
      const text = JSON.stringify(Object.entries(localStorage));
      expect(text).toContain('/tus/up1');
      expect(text).not.toMatch(/a\.bin|ada|Bearer/);
    });

    for (const [what, file] of [
      ['of another name', fileOf('b.bin')],
      ['of another size', fileOf('a.bin', 101)],
      ['that was changed since', fileOf('a.bin', 100, 2)],
    ] as const) {
      it(`begins anew with a file ${what}`, async () => {
        await interrupted();
        const { reach } = begin(file);
        await reach('completed');
        expect(server.log[0]).toBe('POST up2');
      });
    }

    it('is not gone on with by another person in the same browser, and still there for the first', async () => {
      await interrupted();
      const app = opened(server);
      app.who.set('grace');
      const [theirs] = app.uploads.add(fileOf(), { kind: 'document' });
      await until(theirs!, () => theirs!.state().status === 'completed');
      expect(server.log).toEqual(['POST up2', 'PATCH up2 0', 'complete']);
      app.leave();
      server.log.length = 0;
      const { reach } = begin();
      await reach('completed');
      expect(server.log[0]).toBe('HEAD up1');
    });

    it('begins anew where nobody says who is signed in', async () => {
      await interrupted('nobody known');
      expect(kept()).toEqual([]);
      const { reach } = begin(fileOf(), 'nobody known');
      await reach('completed');
      expect(server.log[0]).toBe('POST up2');
    });

    it('begins anew when the server has it no more', async () => {
      await interrupted();
      server.uploads.clear();
      const { reach } = begin();
      await reach('completed');
      expect(server.log).toEqual(['HEAD up1', 'POST up2', 'PATCH up2 0', 'complete']);
    });

    it('is known for as long as the server says, and never longer than any server keeps it', () => {
      const uploads = new KeptUploads();
      const [month, ever] = ['countersign-upload-month', 'countersign-upload-ever'];
      uploads.keep(month, '/tus/up1', 'Sat, 31 Jan 2026 12:00:00 GMT');
      uploads.keep(ever, '/tus/up2', 'Sun, 31 Jan 2126 12:00:00 GMT');
      jasmine.clock().mockDate(new Date('2026-01-31T11:59:59Z'));
      expect([month, ever].map((key) => uploads.find(key))).toEqual(['/tus/up1', '/tus/up2']);
      jasmine.clock().mockDate(new Date('2026-01-31T12:00:00Z'));
      expect([month, ever].map((key) => uploads.find(key))).toEqual([undefined, undefined]);
    });

    it('begins anew when it is too long ago, and forgets what is', async () => {
      await interrupted();
      jasmine.clock().mockDate(new Date('2026-01-02T12:00:01Z'));
      const { reach } = begin(fileOf('b.bin'));
      await reach('completed');
      expect(kept()).toEqual([]);
    });

    for (const nonsense of [
      '',
      '{',
      '7',
      '{"url":1,"until":9e15}',
      '{"url":"https://x.example/","until":9e15}',
    ]) {
      it(`does not trust the storage: ${nonsense}`, async () => {
        await interrupted();
        localStorage.setItem(kept()[0]!, nonsense);
        const { upload } = begin();
        await until(upload, () => ['completed', 'failed'].includes(upload.state().status));
        expect(server.log[0] ?? 'POST up2').toBe('POST up2');
      });
    }
  });
});
