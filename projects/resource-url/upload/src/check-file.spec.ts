import { acceptedType } from './accepted-type.ts';
import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';
import type { ResourceUploadsOptions } from './resource-uploads.ts';

describe('A file that cannot be sent', () => {
  function refusal(file: File, options: ResourceUploadsOptions) {
    const { uploads, backend } = uploading(options);
    const [upload] = uploads.add(file, { kind: 'teamPhoto' });
    expect(backend.names).toEqual([]);
    const state = upload!.state();
    if (state.status !== 'failed') throw new Error(state.status);
    const { code, status, message } = state.error;
    return { code, status, message, attempt: state.attempt };
  }

  it('has failed at once when it is empty', () => {
    expect(refusal(fileOf('a.jpg', 0), {})).toEqual({
      code: 'empty-upload',
      status: 0,
      message: '"a.jpg" has no bytes.',
      attempt: 0,
    });
  });

  it('has failed at once when it is larger than maxBytes, which is named', () => {
    expect(refusal(fileOf('a.jpg', 11), { maxBytes: 10 })).toEqual({
      code: 'too-large',
      status: 0,
      message: '"a.jpg" has 11 bytes; maxBytes of injectResourceUploads allows 10.',
      attempt: 0,
    });
  });

  it('has failed at once when it is none of accept, which is named', () => {
    expect(refusal(fileOf('a.txt', 11, 'text/plain'), { accept: 'image/*,.pdf' })).toEqual({
      code: 'unsupported-type',
      status: 0,
      message: '"a.txt" is text/plain; accept of injectResourceUploads allows image/*,.pdf.',
      attempt: 0,
    });
    expect(refusal(fileOf('a', 11, ''), { accept: 'image/*' }).message).toContain(
      '"a" is of an unknown type',
    );
  });

  it('does not keep the others from being sent', () => {
    const { uploads, backend } = uploading({ concurrency: 1 });
    uploads.add([fileOf('empty.jpg', 0), fileOf('a.jpg')], { kind: 'teamPhoto' });
    expect(backend.names).toEqual(['a.jpg']);
  });

  it('does not become better by retry', () => {
    const { uploads, backend } = uploading();
    const [upload] = uploads.add(fileOf('empty.jpg', 0), { kind: 'teamPhoto' });
    upload!.retry();
    expect(upload!.state().status).toBe('failed');
    expect(backend.names).toEqual([]);
  });
});

describe('accept', () => {
  for (const [accept, name, type, expected] of [
    ['', 'a.exe', 'application/x-msdownload', true],
    ['*', 'a', '', true],
    ['*/*', 'a', '', true],
    ['image/*', 'a.jpg', 'image/jpeg', true],
    ['image/*', 'a.jpg', '', false],
    ['image/*', 'a.jpg', 'imagex/jpeg', false],
    ['image/jpeg', 'a.jpg', 'IMAGE/JPEG', true],
    ['image/jpeg', 'a.png', 'image/png', false],
    ['.PDF', 'Contract.pdf', '', true],
    ['.pdf', 'pdf', '', false],
    ['image/png , .tar.gz', 'x.tar.gz', 'application/gzip', true],
    [' , ', 'a', '', true],
  ] as const) {
    it(`'${accept}' ${expected ? 'takes' : 'does not take'} ${name} of type '${type}'`, () => {
      expect(acceptedType(fileOf(name, 1, type), accept)).toBe(expected);
    });
  }
});
