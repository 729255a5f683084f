import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { keysIn, secondServer } from '../derivatives/testing/second-server.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer } from '../testing/test-server.ts';
import { UploadEnds } from './end-uploads.ts';
import { uploadLocked } from './tus-problems.ts';

const AT_ONCE = 2;
const BYTES = 'application/offset+octet-stream';

interface Begun {
  id: string;
  uploadId: string;
  url: string;
  fields: Record<string, string>;
}

describe('An upload under way', () => {
  let server: TestServer;
  let other: TestServer;
  let stopOther: () => Promise<void>;
  const large = pngOf(500_000);

  beforeAll(async () => {
    server = await TestServer.start({ uploadTypes: ['*'] });
    ({ second: other, stop: stopOther } = await secondServer(server, {
      uploadTypes: ['*'],
      uploadsAtOnce: AT_ONCE,
    }));
  });
  afterAll(async () => {
    await stopOther();
    await server.stop();
  });

  const begun = async (size: number, more: object = {}): Promise<Begun> => {
    const body = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size, how: 'tus', ...more };
    return (await (await server.call('POST', '/api/resources/uploads', { as: ada, body })).json()) as Begun;
  };
  const tus = (
    method: string,
    url: string,
    { at = server, offset = 0, body }: { at?: TestServer; offset?: number; body?: Uint8Array } = {},
  ): Promise<Response> =>
    at.call(method, url, {
      ...{ as: ada, body },
      headers: { 'tus-resumable': '1.0.0', 'upload-offset': String(offset), 'content-type': BYTES },
    });
  const outcome = async (asking: Promise<Response>): Promise<[number, string]> => {
    const response = await asking;
    const text = await response.text();
    return [response.status, text ? ((JSON.parse(text) as { code?: string }).code ?? '') : ''];
  };
  const answerOf = async (sending: ClientRequest): Promise<[number, string]> => {
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return [answer.statusCode ?? 0, text ? ((JSON.parse(text) as { code?: string }).code ?? '') : ''];
  };
  /** Sends on and on, a little at a time, until it is answered. */
  const sendSlowly = (url: string, headers: Record<string, string>, method = 'PATCH'): ClientRequest => {
    const sending = httpRequest(new URL(url, other.origin), {
      method,
      headers: { authorization: `Bearer ${server.tokenOf(ada)}`, 'tus-resumable': '1.0.0', ...headers },
    }).on('error', () => undefined);
    const drip = setInterval(() => void sending.write(large.subarray(0, 1000)), 20);
    const stop = (): void => clearInterval(drip);
    sending.on('response', stop).on('close', stop);
    return sending;
  };
  const incoming = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of server.assembly.blobs.incoming.list()) ids.push(id);
    return ids;
  };
  const untilArrives = async (uploadId: string): Promise<void> => {
    while (((await server.assembly.blobs.incoming.head(uploadId))?.size ?? 0) === 0) await sleep(10);
  };
  const used = async (): Promise<number> => {
    const usage = (await (await server.call('GET', '/api/usage', { as: ada })).json()) as {
      user: { bytes: number };
    };
    return usage.user.bytes;
  };
  const giveUp = (id: string): Promise<Response> =>
    server.call('PATCH', `/api/resources/${id}`, { as: admin, body: { status: 'failed' } });

  it('takes no byte more once its resource is set to failed, and what has arrived is gone with its quota', async () => {
    const before = await used();
    const { id, uploadId, url } = await begun(10_000_000);
    expect(await used()).toBe(before + 10_000_000);
    const sending = sendSlowly(url, { 'upload-offset': '0', 'content-type': BYTES });
    const answered = answerOf(sending);
    await untilArrives(uploadId);
    expect((await giveUp(id)).status).toBe(200);
    expect(await incoming()).toEqual([]);
    expect(await answered).toEqual([409, 'upload-over']);
    sending.destroy();
    expect(await used()).toBe(before);
    expect((await tus('HEAD', url)).status).toBe(409);
    expect(await outcome(tus('PATCH', url, { offset: 1000, body: large }))).toEqual([409, 'upload-over']);
    expect(await outcome(server.call('POST', `/api/resources/${id}/complete`, { as: ada }))).toEqual([
      409,
      'upload-over',
    ]);
    expect(await incoming()).toEqual([]);
  });

  it('by a form is refused too, also where a resource failed before servers ended its upload', async () => {
    const form = await begun(large.length, { how: 'post' });
    const old = await begun(large.length);
    expect((await giveUp(form.id)).status).toBe(200);
    await server.database.pool.query(`UPDATE resources SET state = 'failed' WHERE id = $1`, [old.id]);
    const data = new FormData();
    for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
    data.append('file', new Blob([new Uint8Array(large)]), 'a.png');
    expect(await outcome(fetch(new URL(form.url, server.origin), { method: 'POST', body: data }))).toEqual([
      404,
      'not-found',
    ]);
    expect(await outcome(tus('PATCH', old.url, { body: large }))).toEqual([409, 'upload-over']);
    expect(await outcome(server.call('POST', `/api/resources/${old.id}/complete`, { as: ada }))).toEqual([
      409,
      'upload-over',
    ]);
    expect(await incoming()).toEqual([]);
  });

  it('is cut off soon when its resource is deleted', async () => {
    const form = await begun(10_000_000, { how: 'post' });
    const resumable = await begun(10_000_000);
    const sending = [sendSlowly(resumable.url, { 'upload-offset': '0', 'content-type': BYTES })];
    const boundary = 'b0undary';
    const type = `multipart/form-data; boundary=${boundary}`;
    const byForm = sendSlowly(form.url, { 'content-type': type }, 'POST');
    const fields = Object.entries(form.fields).map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;
    byForm.write(fields.join('') + head);
    sending.push(byForm);
    const answers = sending.map(answerOf);
    await untilArrives(resumable.uploadId);
    for (const { id } of [form, resumable])
      expect((await server.call('DELETE', `/api/resources/${id}`, { as: ada })).status).toBe(200);
    expect(await Promise.all(answers)).toEqual([
      [404, 'not-found'],
      [409, 'upload-over'],
    ]);
    for (const one of sending) one.destroy();
    await server.assembly.uploads.ends.sweep();
    expect(await incoming()).toEqual([]);
  });

  it('leaves no object behind when it fails, without waiting for the hour', async () => {
    const before = (await keysIn(server.assembly.blobs)).length;
    const text = Buffer.from('<html><script>1</script>');
    const { url } = await begun(text.length);
    expect(await outcome(tus('PATCH', url, { body: text }))).toEqual([415, 'content-mismatch']);
    // The row goes last.
    while ((await server.database.pool.query('SELECT FROM discarded_blobs')).rowCount !== 0) await sleep(10);
    expect((await keysIn(server.assembly.blobs)).length).toBe(before);
  });

  it('that cannot be cleared when it is cancelled, since somebody goes on writing, is cleared by the next sweep', async () => {
    const { uploadId, url } = await begun(large.length);
    expect((await tus('PATCH', url, { body: large.subarray(0, 1000) })).status).toBe(204);
    const { db, log, blobs } = server.assembly;
    const ends = new UploadEnds({
      ...{ db, log, blobs, holder: server.database.pool, clock: { now: () => Date.now() } as never },
      afterTheEnd: () => Promise.reject(uploadLocked()),
      clearDiscarded: () => undefined,
    });
    expect(await ends.cancel({ ...ada, tenantId: 'default' } as never, uploadId)).toBeTrue();
    await ends.sweep();
    expect(await incoming()).toEqual([uploadId]);
    await other.assembly.uploads.ends.sweep();
    expect(await incoming()).toEqual([]);
    await ends.close();
  });

  it('is refused where its owner sends as many at once as they may, until one has ended', async () => {
    const uploads = await Promise.all([1, 2, 3].map(() => begun(10_000_000)));
    const raw = (method: string, path: string, at: TestServer): Promise<Response> =>
      at.call(method, `/api/resources${path}`, {
        ...{ as: ada, body: onePixelPng, headers: { 'content-type': 'image/png' } },
      });
    const stored = (await (await raw('POST', '?kind=avatar&name=a.png', server)).json()) as { id: string };
    const headers = { 'upload-offset': '0', 'content-type': BYTES };
    const sending = uploads.slice(0, AT_ONCE).map(({ url }) => sendSlowly(url, headers));
    for (const { uploadId } of uploads.slice(0, AT_ONCE)) await untilArrives(uploadId);
    const last = uploads.at(-1)!.url;
    const refused = await tus('PATCH', last, { at: other, body: large });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(((await refused.json()) as { code: string }).code).toBe('too-many-uploads');
    const form = await begun(70, { how: 'post' });
    const data = new FormData();
    for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
    data.append('file', new Blob([new Uint8Array(70)]), 'a.png');
    const address = new URL(form.url, other.origin);
    expect(await outcome(fetch(address, { method: 'POST', body: data }))).toEqual([429, 'too-many-uploads']);
    for (const [method, path] of [
      ['POST', '?kind=avatar&name=b.png'],
      ['PUT', `/${stored.id}/content`],
    ] as const)
      expect(await outcome(raw(method, path, other))).toEqual([429, 'too-many-uploads']);
    // At another server, and of another person there, others may be sent.
    expect((await tus('PATCH', last, { body: large.subarray(0, 1000) })).status).toBe(204);
    const theirs = await other.call('PATCH', last, {
      ...{ as: grace, body: large },
      headers: { ...headers, 'tus-resumable': '1.0.0' },
    });
    expect(theirs.status).toBe(404);
    for (const one of sending) one.destroy();
    const again = (): Promise<Response> =>
      tus('PATCH', last, { at: other, offset: 1000, body: large.subarray(0, 1000) });
    let answer = await again();
    while (answer.status === 429) answer = await again();
    expect(answer.status).toBe(204);
    for (const { url } of uploads) expect((await tus('DELETE', url)).status).toBe(204);
  });

  it('at two servers at once has one winner for each offset, and becomes what the winners sent', async () => {
    const size = 80_000;
    const step = 8_000;
    const { id, url } = await begun(size, { name: 'a.txt', kind: 'document', contentType: 'text/plain' });
    const winners = new Map<number, string>();
    const refusals = new Set<number>();
    const race = async (at: TestServer, mark: string): Promise<void> => {
      const body = new Uint8Array(step).fill(mark.charCodeAt(0));
      for (let offset = 0; offset < size;) {
        const { status } = await tus('PATCH', url, { at, offset, body });
        if (status === 204) {
          expect(winners.has(offset)).withContext(String(offset)).toBeFalse();
          winners.set(offset, mark);
        } else refusals.add(status);
        // Each goes on at the next one, in the belief that somebody has written this one.
        if (status !== 423) offset = Number((await tus('HEAD', url, { at })).headers.get('upload-offset'));
      }
    };
    await Promise.all([race(server, 'a'), race(other, 'b'), race(other, 'c')]);
    const offsets = [...winners.keys()].sort((one, another) => one - another);
    expect(offsets).toEqual(Array.from({ length: size / step }, (_, index) => index * step));
    expect([...refusals].filter((status) => status !== 409 && status !== 423)).toEqual([]);
    expect(refusals.size).toBeGreaterThan(0);
    const found = await server.call('GET', `/api/resources/${id}`, { as: ada });
    const { path } = (await found.json()) as { path: string };
    const text = await (await fetch(await server.sign(path))).text();
    expect(text).toBe(offsets.map((offset) => winners.get(offset)!.repeat(step)).join(''));
  });
});
