import { provideHttpClient, withInterceptors, type HttpInterceptorFn } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls } from '@countersign/angular';
import { EMPTY } from 'rxjs';
import { injectResourceUploads } from './inject-resource-uploads.ts';
import type { ResourceUpload } from './resource-upload.ts';
import { ResourceUploadError } from './resource-upload-error.ts';
import { fileOf, storedAnswer } from './testing/files.ts';
import { uploading, type UploadBackend } from './testing/upload-backend.ts';

function errorOf(upload: ResourceUpload | undefined): ResourceUploadError {
  const state = upload?.state();
  if (state?.status !== 'failed' && state?.status !== 'waiting') throw new Error(`it is ${state?.status}`);
  return state.error;
}

function errorAfter(answer: (backend: UploadBackend) => void, name = 'a.jpg'): ResourceUploadError {
  const { uploads, backend } = uploading();
  uploads.add(fileOf(name), { kind: 'teamPhoto' });
  answer(backend);
  const error = errorOf(uploads.items()[0]);
  uploads.cancel();
  return error;
}

describe('The error of an upload', () => {
  for (const [status, code] of [
    [401, 'sign-in-required'],
    [403, 'owner-revoked'],
    [413, 'too-large'],
    [415, 'unsupported-type'],
    [429, 'rate-limited'],
  ] as const) {
    it(`has the code of the server's problem response: ${status} ${code}`, () => {
      const error = errorAfter((backend) => backend.refuse(status, code));
      expect(error).toBeInstanceOf(ResourceUploadError);
      expect(error).toEqual(jasmine.objectContaining({ name: 'ResourceUploadError', code, status }));
      expect(error.message).toBe(`${code}: "a.jpg" was refused with ${status}.`);
    });
  }

  it('has what the server says of this very file', () => {
    const detail = 'At most 52428800 bytes (MAX_UPLOAD_BYTES).';
    expect(errorAfter((backend) => backend.refuse(413, 'too-large', {}, detail)).detail).toBe(detail);
    expect(errorAfter((backend) => backend.answer({ code: 'x', detail: 7 }, 400)).detail).toBeUndefined();
  });

  it('has the same codes where a proxy answers without one', () => {
    const page = '<h1>Request Entity Too Large</h1>';
    expect(errorAfter((backend) => backend.answer(page, 413)).code).toBe('too-large');
    expect(errorAfter((backend) => backend.answer(page, 415)).code).toBe('unsupported-type');
    expect(errorAfter((backend) => backend.answer(page, 502)).code).toBe('http-error');
    expect(errorAfter((backend) => backend.answer({ code: 'two words' }, 400)).code).toBe('http-error');
  });

  it('is network when no answer came', () => {
    expect(errorAfter((backend) => backend.drop())).toEqual(
      jasmine.objectContaining({ code: 'network', status: 0 }),
    );
  });

  for (const [field, value] of [
    ['id', 7],
    ['path', undefined],
    ['kind', null],
    ['owner', {}],
    ['ownerName', 1],
    ['ownerHandle', 1],
    ['displayName', 1],
    ['contentType', 1],
    ['size', '100'],
    ['createdAt', 'yesterday'],
    ['createdAt', 0],
  ] as const) {
    it(`is malformed-answer when ${field} is ${JSON.stringify(value)}`, () => {
      const error = errorAfter((backend) => backend.answer({ ...storedAnswer('a.jpg'), [field]: value }));
      expect(error).toEqual(jasmine.objectContaining({ code: 'malformed-answer', status: 201 }));
    });
  }

  it('is malformed-answer when the answer is empty or no JSON at all', () => {
    expect(errorAfter((backend) => backend.answer(null)).code).toBe('malformed-answer');
  });

  it('never holds the query of a URL, whatever a file or a server is called', () => {
    const secret = 'sEcReT';
    const url = `https://cdn.example.com/a.jpg?sig=${secret}`;
    const errors = [
      errorAfter(
        (backend) => backend.refuse(403, 'forbidden', {}, `Not at ${url}, ever.`),
        `x?sig=${secret}`,
      ),
      errorAfter((backend) => backend.drop(), `x?sig=${secret}`),
      errorAfter((backend) => backend.answer(null), `x#token=${secret}`),
      new ResourceUploadError('mine', `Could not put "${url}".`),
    ];
    for (const error of errors)
      expect(`${error.message} ${error.detail} ${error.stack}`).not.toContain(secret);
    expect(errors[0]!.detail).toBe('Not at https://cdn.example.com/a.jpg ever.');
  });
});

describe('Interceptors and uploads', () => {
  function errorBy(interceptor: HttpInterceptorFn): ResourceUploadError {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([interceptor])),
        provideResourceUrls({ api: '/api/resources' }),
      ],
    });
    const uploads = TestBed.runInInjectionContext(() => injectResourceUploads());
    return errorOf(uploads.add(fileOf('a.jpg'), { kind: 'teamPhoto' })[0]);
  }

  it('that throw fail the upload, not the application', () => {
    const error = errorBy(() => {
      throw new Error('no token for https://example.com/?secret=1');
    });
    expect(error).toEqual(jasmine.objectContaining({ code: 'request-failed', status: 0, transient: false }));
    expect(error.message).not.toContain('secret');
  });

  it('that answer nothing fail the upload', () => {
    expect(errorBy(() => EMPTY).code).toBe('malformed-answer');
  });
});
