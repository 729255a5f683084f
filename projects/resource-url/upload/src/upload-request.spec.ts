import { provideHttpClient, withInterceptors, type HttpInterceptorFn } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls, RESOURCE_URL_REQUEST } from '@countersign/angular';
import { injectResourceUploads } from './inject-resource-uploads.ts';
import { fileOf } from './testing/files.ts';
import { uploading } from './testing/upload-backend.ts';

describe('The request of an upload', () => {
  it('holds the bytes as they are, their type, the kind and the name', () => {
    const { uploads, backend } = uploading();
    const file = fileOf('My photo – 100% + 1.png', 100, 'image/png');
    uploads.add(file, { kind: 'teamPhoto' });
    const [{ request }] = backend.open as [(typeof backend.open)[0]];
    expect(request.method).toBe('POST');
    expect(request.url).toBe('/api/resources');
    expect(new URL(request.urlWithParams, 'http://x').searchParams.get('name')).toBe(
      'My photo – 100% + 1.png',
    );
    expect(request.params.get('kind')).toBe('teamPhoto');
    expect(request.headers.get('Content-Type')).toBe('image/png');
    expect(request.body).toBe(file);
  });

  it('names the collection it is for, and none when the application names none', () => {
    const { uploads, backend } = uploading();
    uploads.add([fileOf('a.pdf'), fileOf('b.pdf')], { kind: 'document', collection: 'col_1' });
    uploads.add(fileOf('c.pdf'), { kind: 'document' });
    const said = backend.open.map(({ request }) => request.params.get('collection'));
    expect(said.slice(0, 3)).toEqual(['col_1', 'col_1', null]);
  });

  it('takes the name that the application gives', () => {
    const { uploads, backend } = uploading();
    const [upload] = uploads.add(fileOf('scan.pdf'), {
      kind: 'document',
      name: ({ name }) => `2026 ${name}`,
    });
    expect(backend.names).toEqual(['2026 scan.pdf']);
    expect(upload!.name).toBe('2026 scan.pdf');
  });

  it('says application/octet-stream where the browser knows no type', () => {
    const { uploads, backend } = uploading();
    uploads.add(fileOf('notes.unknown', 1, ''), { kind: 'document' });
    expect(backend.open[0]!.request.headers.get('Content-Type')).toBe('application/octet-stream');
  });

  it('passes the interceptors of the application, which can tell it by its context', () => {
    const seen: boolean[] = [];
    const bearer: HttpInterceptorFn = (request, next) => {
      seen.push(request.context.get(RESOURCE_URL_REQUEST));
      return next(request.clone({ setHeaders: { Authorization: 'Bearer t' } }));
    };
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([bearer])),
        provideHttpClientTesting(),
        provideResourceUrls({ api: 'https://api.example.com/resources/', withCredentials: true }),
      ],
    });
    const uploads = TestBed.runInInjectionContext(() => injectResourceUploads());
    uploads.add(fileOf('a.jpg'), { kind: 'avatar' });
    const { request } = TestBed.inject(HttpTestingController).expectOne(() => true);
    expect(request.url).toBe('https://api.example.com/resources');
    expect(request.headers.get('Authorization')).toBe('Bearer t');
    expect(request.withCredentials).toBeTrue();
    expect(seen).toEqual([true]);
  });

  it('is made in development mode as well: there is nothing else that could keep a file', () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'development', api: '/api/resources' }),
      ],
    });
    const uploads = TestBed.runInInjectionContext(() => injectResourceUploads());
    uploads.add(fileOf('a.jpg'), { kind: 'avatar' });
    TestBed.inject(HttpTestingController).expectOne(({ url }) => url === '/api/resources');
    expect(uploads.items()[0]!.state().status).toBe('uploading');
  });
});

describe('injectResourceUploads', () => {
  it('says what to write where provideResourceUrls is missing', () => {
    expect(() => TestBed.runInInjectionContext(() => injectResourceUploads())).toThrowError(
      /Write provideResourceUrls\(\{ api: '\/api\/resources' \}\)/,
    );
  });

  it('needs an injection context', () => {
    expect(() => injectResourceUploads()).toThrowError(/injection context/);
  });

  for (const { options, says } of [
    { options: { concurrency: 0 }, says: 'Write concurrency: 3' },
    { options: { concurrency: 1.5 }, says: 'Write concurrency: 3' },
    { options: { maxBytes: -1 }, says: 'Write maxBytes: 10_000_000' },
    { options: { maxBytes: NaN }, says: 'Write maxBytes: 10_000_000' },
    { options: { accept: 'image/*, jpg' }, says: 'holds "jpg"' },
  ]) {
    it(`refuses ${JSON.stringify(options)}, and says what to write`, () => {
      expect(() => uploading(options)).toThrowError(
        new RegExp(`injectResourceUploads: .*${says.replace('*', '\\*')}`),
      );
    });
  }

  for (const accept of [
    '',
    '*',
    '*/*',
    'image/*',
    ' .PDF , image/svg+xml',
    '.tar.gz,application/vnd.ms-excel',
  ]) {
    it(`takes accept: '${accept}'`, () => {
      expect(() => uploading({ accept })).not.toThrow();
    });
  }
});
