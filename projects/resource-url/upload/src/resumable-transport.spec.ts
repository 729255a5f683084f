import { NEVER, of, throwError } from 'rxjs';
import { ByteKeepingServer } from './testing/byte-keeping-server.ts';
import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';
import type { UploadTransport } from './upload-transport.ts';

describe('A transport that goes on where it stopped', () => {
  beforeEach(() => jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z')));
  afterEach(() => jasmine.clock().uninstall());

  function one() {
    const server = new ByteKeepingServer();
    const { uploads, leave } = uploading({ transport: server });
    const [upload] = uploads.add(fileOf('a.mp4', 100, 'video/mp4'), { kind: 'document' });
    return { server, uploads, leave, upload: upload! };
  }

  it('goes on from its offset after a pause', () => {
    const { server, upload } = one();
    server.receive('a.mp4', 60);
    upload.pause();
    expect(upload.state()).toEqual({
      status: 'paused',
      sent: 60,
      total: 100,
      fraction: 0.6,
      resumable: true,
      attempt: 1,
    });
    upload.resume();
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'uploading', sent: 60, attempt: 2 }));
    server.receive('a.mp4', 40);
    expect(upload.state().status).toBe('completed');
    expect(server.log).toEqual(['POST a.mp4', 'PATCH a.mp4 from 0', 'HEAD a.mp4', 'PATCH a.mp4 from 60']);
  });

  it('goes on from its offset after the line broke', () => {
    const { server, upload } = one();
    server.receive('a.mp4', 30);
    server.breakLine('a.mp4');
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'waiting', sent: 30, fraction: 0.3 }));
    jasmine.clock().tick(1_200);
    expect(server.log.at(-1)).toBe('PATCH a.mp4 from 30');
  });

  it('believes the server when it has less than was sent', () => {
    const { server, upload } = one();
    server.receive('a.mp4', 60);
    upload.pause();
    server.forget('a.mp4', 10);
    upload.resume();
    expect(upload.state().sent).toBe(50);
  });

  it('never gives up while the file comes further between two breaks', () => {
    const { server, upload } = one();
    for (let round = 1; round <= 9; round++) {
      server.receive('a.mp4', 10);
      server.breakLine('a.mp4');
      jasmine.clock().tick(1_200);
    }
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'uploading', sent: 90, attempt: 10 }));
  });

  it('gives up after three more attempts that come no further, and goes on when it is told to', () => {
    const { server, upload } = one();
    server.receive('a.mp4', 10);
    for (let round = 1; round <= 4; round++) {
      server.breakLine('a.mp4');
      jasmine.clock().tick(5_000);
    }
    expect(upload.state()).toEqual(jasmine.objectContaining({ status: 'failed', sent: 10, attempt: 4 }));
    upload.retry();
    expect(server.log.at(-1)).toBe('PATCH a.mp4 from 10');
  });

  it('throws away what the server has when the upload is cancelled, and begins anew after that', () => {
    const { server, upload } = one();
    server.receive('a.mp4', 60);
    upload.cancel();
    expect(server.log.at(-1)).toBe('DELETE a.mp4');
    expect(upload.state().sent).toBe(0);
    upload.retry();
    expect(server.log.slice(-2)).toEqual(['POST a.mp4', 'PATCH a.mp4 from 0']);
  });

  it('leaves what the server has when the page is left', () => {
    const { server, upload, leave } = one();
    server.receive('a.mp4', 60);
    leave();
    expect(upload.state().status).toBe('cancelled');
    expect(server.log).not.toContain('DELETE a.mp4');
    expect(() => server.receive('a.mp4', 10)).toThrowError('nobody sends a.mp4');
  });
});

describe('A transport of an application', () => {
  const failsLike = (transport: UploadTransport) => {
    const { uploads } = uploading({ transport });
    const [upload] = uploads.add(fileOf('a.jpg'), { kind: 'avatar' });
    return upload!.state();
  };

  it('fails the upload, not the application, when it throws', () => {
    const throws: UploadTransport = {
      open: () => {
        throw new Error('no bucket at https://s3.example.com/?X-Amz-Signature=1');
      },
    };
    const state = failsLike(throws);
    if (state.status !== 'failed') throw new Error(state.status);
    expect(state.error.code).toBe('request-failed');
    expect(state.error.message).not.toContain('Amz');
  });

  it('fails the upload when it errors with something of its own, or ends without a resource', () => {
    const errors = { open: () => ({ resumable: false, send: () => throwError(() => 'oops') }) };
    expect(failsLike(errors)).toEqual(
      jasmine.objectContaining({ error: jasmine.objectContaining({ code: 'request-failed' }) }),
    );
    const ends = { open: () => ({ resumable: false, send: () => of({ sent: 1 }) }) };
    expect(failsLike(ends)).toEqual(
      jasmine.objectContaining({ error: jasmine.objectContaining({ code: 'malformed-answer' }) }),
    );
  });

  it('may tell nothing of its progress', () => {
    const state = failsLike({ open: () => ({ resumable: false, send: () => NEVER }) });
    expect(state).toEqual(jasmine.objectContaining({ status: 'uploading', fraction: undefined }));
  });
});
