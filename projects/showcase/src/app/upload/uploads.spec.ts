import { HttpEventType, provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { samplePhoto } from '../testing/sample-photos.ts';
import { Uploads } from './uploads.ts';

describe('uploads', () => {
  let uploads: Uploads;
  let server: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [Uploads, provideHttpClient(), provideHttpClientTesting()] });
    uploads = TestBed.inject(Uploads);
    server = TestBed.inject(HttpTestingController);
  });

  afterEach(() => server.verify());

  const nextRequest = async () => {
    await new Promise((resolve) => setTimeout(resolve));
    return server.expectOne(({ url }) => url === '/api/resources');
  };

  it('send the bytes as they are, with their type and their name', async () => {
    const file = new File(['bytes'], 'My photo – 100%.jpg', { type: 'image/jpeg' });
    const sent = uploads.send(file);
    const { request, flush } = await nextRequest().then((test) => ({
      request: test.request,
      flush: test.flush.bind(test),
    }));
    expect(request.body).toBe(file);
    expect(request.headers.get('Content-Type')).toBe('image/jpeg');
    expect(request.urlWithParams).toBe(
      '/api/resources?kind=teamPhoto&name=My%20photo%20%E2%80%93%20100%25.jpg',
    );
    flush(samplePhoto());
    expect(await sent).toEqual(samplePhoto());
    expect(uploads.uploads()[0]?.state).toBe('done');
  });

  it('tell how far they are', async () => {
    const sent = uploads.send(new File(['bytes'], 'a.jpg', { type: 'image/jpeg' }));
    const test = await nextRequest();
    test.event({ type: HttpEventType.UploadProgress, loaded: 30, total: 120 });
    expect(uploads.uploads()[0]?.progress).toBe(0.25);
    test.flush(samplePhoto());
    await sent;
  });

  it('say in words why one was refused, and go on with the next', async () => {
    const refused = uploads.send(new File(['text'], 'text.jpg', { type: 'image/jpeg' }));
    const stored = uploads.send(new File(['bytes'], 'b.jpg', { type: 'image/jpeg' }));
    (await nextRequest()).flush(
      { title: 'Not what it says', detail: 'text.jpg says it is image/jpeg.' },
      { status: 415, statusText: 'Unsupported Media Type' },
    );
    expect(await refused).toBeUndefined();
    (await nextRequest()).flush(samplePhoto());
    expect(await stored).toEqual(samplePhoto());
    expect(uploads.uploads().map(({ state, problem }) => [state, problem?.detail])).toEqual([
      ['refused', 'text.jpg says it is image/jpeg.'],
      ['done', undefined],
    ]);
  });

  it('end where they are when they are cancelled, and go on with the next', async () => {
    const cancelled = uploads.send(new File(['bytes'], 'a.jpg', { type: 'image/jpeg' }));
    const stored = uploads.send(new File(['bytes'], 'b.jpg', { type: 'image/jpeg' }));
    const test = await nextRequest();
    uploads.cancel(1);
    expect(test.cancelled).toBeTrue();
    expect(await cancelled).toBeUndefined();
    (await nextRequest()).flush(samplePhoto());
    await stored;
    expect(uploads.uploads().map(({ state }) => state)).toEqual(['cancelled', 'done']);
  });

  it('never begin when they are cancelled before their turn', async () => {
    const first = uploads.send(new File(['bytes'], 'a.jpg', { type: 'image/jpeg' }));
    const second = uploads.send(new File(['bytes'], 'b.jpg', { type: 'image/jpeg' }));
    uploads.cancel(2);
    (await nextRequest()).flush(samplePhoto());
    await first;
    expect(await second).toBeUndefined();
  });

  it('can be sent again, and tell of what is stored then', async () => {
    const stored: string[] = [];
    uploads.stored.subscribe(({ path }) => stored.push(path));
    const refused = uploads.send(new File(['bytes'], 'a.jpg', { type: 'image/jpeg' }), 'document');
    (await nextRequest()).flush(null, { status: 503, statusText: 'Unavailable' });
    await refused;
    expect(stored).toEqual([]);
    const again = uploads.retry(1);
    expect(uploads.uploads()[0]).toEqual({ id: 1, name: 'a.jpg', progress: 0, state: 'waiting' });
    const test = await nextRequest();
    expect(test.request.params.get('kind')).toBe('document');
    test.flush(samplePhoto());
    await again;
    expect(stored).toEqual(['public/team/avatar-2.jpg']);
  });
});
