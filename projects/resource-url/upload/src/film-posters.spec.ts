import type { TestRequest } from '@angular/common/http/testing';
import type { ResourceUpload } from './resource-upload.ts';
import { fileOf, storedAnswer } from './testing/files.ts';
import { recordedFilm } from './testing/recorded-film.ts';
import { uploading, type UploadBackend } from './testing/upload-backend.ts';

const NO_FILM = { status: 422, statusText: 'Unprocessable' };

describe('The posters of uploaded films', () => {
  let film: File;

  beforeAll(async () => {
    film = await recordedFilm({ colours: ['#0f0'] });
  });

  /** The next request, which comes once the film has been looked at. */
  async function next(backend: UploadBackend): Promise<TestRequest> {
    for (;;) {
      const [request] = backend.open.filter(({ request: { method } }) => method !== 'POST');
      if (request) return request;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  function adding(...files: File[]) {
    const { uploads, backend, leave } = uploading({ filmPosters: true });
    const illustrated: ResourceUpload[] = [];
    const done = new Promise<void>((resolve) => {
      uploads.illustrated.subscribe({ next: (upload) => illustrated.push(upload), complete: resolve });
    });
    const added = uploads.add(files, { kind: 'document' });
    for (const { name, type } of files) backend.answer({ ...storedAnswer(name), contentType: type });
    return { backend, leave, illustrated, done, added };
  }

  const named = (name: string) => new File([film], name, { type: film.type });
  const statusOf = (upload: ResourceUpload | undefined) => upload?.state().status;

  it('are sent with the length once the film is there, and told', async () => {
    const { backend, illustrated, added } = adding(named('a/b.webm'));
    expect(statusOf(added[0])).toBe('completed');
    const poster = await next(backend);
    expect(poster.request.method).toBe('PUT');
    expect(poster.request.url).toBe('/api/resources/id-a%2Fb.webm/poster');
    expect(poster.request.detectContentTypeHeader()).toBe('image/jpeg');
    expect((poster.request.body as Blob).size).toBeGreaterThan(100);
    expect(illustrated).toEqual([]);
    poster.flush({ id: 'id' }, { status: 201, statusText: 'Created' });
    const length = await next(backend);
    expect(length.request.method).toBe('PATCH');
    expect(length.request.url).toBe('/api/resources/id-a%2Fb.webm');
    expect((length.request.body as { durationMs: number }).durationMs).toBeGreaterThan(100);
    length.flush({});
    expect(illustrated).toEqual([added[0]!]);
  });

  it('are left out where they are refused, one film after the other, and no upload fails for it', async () => {
    const { backend, illustrated, added } = adding(named('one.webm'), named('two.webm'));
    for (const method of ['PUT', 'PATCH']) {
      const refused = await next(backend);
      expect(refused.request.method).toBe(method);
      expect(refused.request.url).toContain('one.webm');
      refused.flush({ code: 'not-a-film' }, NO_FILM);
    }
    (await next(backend)).error(new ProgressEvent('error'));
    (await next(backend)).flush({});
    expect(illustrated).toEqual([added[1]!]);
    expect(added.map(statusOf)).toEqual(['completed', 'completed']);
  });

  it('are not looked for in anything else, nor where the browser plays nothing', async () => {
    const broken = fileOf('broken.mp4', 2_000, 'video/mp4');
    const { backend, added } = adding(fileOf('photo.jpg'), broken, named('after.webm'));
    expect((await next(backend)).request.url).toContain('after.webm');
    expect(added.map(statusOf)).toEqual(['completed', 'completed', 'completed']);
  });

  it('are sent by nobody who has left', async () => {
    const { backend, leave, illustrated, done } = adding(named('a.webm'));
    const poster = await next(backend);
    leave();
    await done;
    expect(poster.cancelled).toBeTrue();
    expect(illustrated).toEqual([]);
  });

  it('are not sent unless asked for', async () => {
    const { uploads, backend, leave } = uploading();
    const created = spyOn(URL, 'createObjectURL').and.callThrough();
    uploads.add(named('a.webm'), { kind: 'document' });
    backend.answer({ ...storedAnswer('a.webm'), contentType: 'video/webm' });
    expect(uploads.items()[0]!.state().status).toBe('completed');
    expect(created).not.toHaveBeenCalled();
    leave();
  });
});
