import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { Database } from '../platform/database.ts';
import { secondServer } from '../derivatives/testing/second-server.ts';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { UploadEvents, type Watcher } from './upload-events.ts';

interface Told {
  event: string;
  data: Record<string, unknown>;
}

/** Reads server-sent events as a browser does that fetches them. */
class Reader {
  readonly told: Told[] = [];
  ended = false;
  readonly #abort = new AbortController();
  #wake = (): void => undefined;

  static async open(server: TestServer, as: TestPerson): Promise<Reader> {
    const reader = new Reader();
    const headers = { authorization: `Bearer ${server.tokenOf(as)}` };
    const response = await fetch(`${server.origin}/api/resources/uploads/events`, {
      ...{ headers, signal: reader.#abort.signal },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    void reader.#read(response).finally(() => {
      reader.ended = true;
      reader.#wake();
    });
    return reader;
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece as Uint8Array).toString();
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
          if (name && data)
            this.told.push({ event: name, data: JSON.parse(data) as Record<string, unknown> });
        }
        this.#wake();
      }
    } catch {
      // Closed by the spec, or cut by the server.
    }
  }

  /** Waits until something was told, or the stream has ended. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.ended) throw new Error(`the stream ended: ${JSON.stringify(this.told)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async untilEnd(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  statesOf(uploadId: string): unknown[] {
    return this.told.filter(({ data }) => data['uploadId'] === uploadId).map(({ data }) => data['state']);
  }

  close(): void {
    this.#abort.abort();
  }
}

describe('Events of uploads', () => {
  let server: TestServer;
  let other: TestServer;
  let stopOther: () => Promise<void>;
  const readers: Reader[] = [];

  beforeAll(async () => {
    server = await TestServer.start();
    ({ second: other, stop: stopOther } = await secondServer(server));
  });
  afterEach(() => readers.splice(0).forEach((reader) => reader.close()));
  afterAll(async () => {
    await stopOther();
    await server.stop();
  });

  it('end also for who has just come while the server stops, or who was revoked at that moment', async () => {
    const { db, log } = server.assembly;
    const events = new UploadEvents({ holder: server.database.pool, db, log });
    const told: string[] = [];
    const come = (): Promise<() => void> => {
      let isAnswered = false;
      const watcher: Watcher = {
        tell: () => undefined,
        beat: () => Promise.resolve(true),
        end: (why) => void (isAnswered && told.push(why)),
      };
      return events.watch({ ...ada, tenantId: 'default' } as never, watcher, () => (isAnswered = true));
    };
    const first = come();
    events.apply({ tenantId: 'default', ownerId: 'ada', change: 'key-revoked' });
    await first;
    const second = come();
    events.close();
    await second;
    expect(told).toEqual(['revoked', 'stopping']);
  });

  it('beat also for who comes while a server asks for all who have just left', async () => {
    const { db, log } = server.assembly;
    const pool = server.database.pool;
    let asks = (): void => undefined;
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (asks = resolve));
    const answering = new Promise<void>((resolve) => (answer = resolve));
    const holder = {
      connect: async () => {
        asks();
        await answering;
        return pool.connect();
      },
    } as Database;
    const events = new UploadEvents({ holder, db, log, beatMs: 20 });
    const come = (beat: () => void) => {
      const watcher: Watcher = {
        tell: () => undefined,
        beat: () => (beat(), Promise.resolve(true)),
        end: () => undefined,
      };
      return events.watch({ ...ada, tenantId: 'default' } as never, watcher, () => undefined);
    };
    const leave = await come(() => undefined);
    await asked;
    leave();
    await new Promise<void>((resolve) => void come(resolve));
    answer();
    events.close();
    expect().nothing();
  });

  const watch = async (as: TestPerson = ada, at: TestServer = server): Promise<Reader> => {
    const reader = await Reader.open(at, as);
    readers.push(reader);
    return reader;
  };
  interface Begun {
    id: string;
    uploadId: string;
    url: string;
    fields: Record<string, string>;
  }
  const begin = async (size: number, as: TestPerson = ada, kind = 'avatar'): Promise<Begun> => {
    const body = { name: 'a.png', kind, contentType: 'image/png', size };
    return (await (await server.call('POST', '/api/resources/uploads', { as, body })).json()) as Begun;
  };
  const formOf = ({ fields }: Begun, bytes: Uint8Array): FormData => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' }));
    return form;
  };
  const send = (upload: Begun, bytes: Uint8Array) =>
    fetch(new URL(upload.url, server.origin), { method: 'POST', body: formOf(upload, bytes) });
  const complete = ({ id }: Begun, as: TestPerson = ada) =>
    server.call('POST', `/api/resources/${id}/complete`, { as });
  const codeOf = async (answer: Response) => [
    answer.status,
    ((await answer.json()) as { code: string }).code,
  ];

  it('tell at whatever server how far an upload is, in order, to its end', async () => {
    const reader = await watch(ada, other);
    const bytes = pngOf(200_000);
    const upload = await begin(bytes.length);
    await reader.until(() => reader.statesOf(upload.uploadId).includes('awaiting'));

    // Half of it, and then a while nothing.
    const [head, file] = await halves(upload, bytes);
    const sending = httpRequest(new URL(upload.url, server.origin), {
      method: 'POST',
      headers: { 'content-type': head.type, 'content-length': file.length },
    });
    const answered = once(sending, 'response');
    sending.write(file.subarray(0, file.length / 2));
    const isHalf = (): boolean =>
      reader.told.some(
        ({ data }) =>
          data['uploadId'] === upload.uploadId &&
          Number(data['received']) > 50_000 &&
          Number(data['received']) < 150_000,
      );
    await reader.until(isHalf);
    expect(reader.statesOf(upload.uploadId).at(-1)).toBe('uploading');
    sending.end(file.subarray(file.length / 2));
    await answered;
    expect((await complete(upload)).status).toBe(200);
    await reader.until(() => reader.statesOf(upload.uploadId).includes('completed'));

    const order = ['awaiting', 'uploading', 'examining', 'completed'];
    const states = reader.statesOf(upload.uploadId).map((state) => order.indexOf(state as string));
    expect(states).toEqual([...states].sort());
    const { data: last } = reader.told.at(-1) as Told;
    expect(last).toEqual({
      ...{ id: upload.id, uploadId: upload.uploadId, state: 'completed', failure: null },
      ...{ size: bytes.length, received: bytes.length },
    });
  });

  const halves = async (upload: Begun, bytes: Uint8Array): Promise<[{ type: string }, Buffer]> => {
    const whole = new Response(formOf(upload, bytes));
    const type = whole.headers.get('content-type') ?? '';
    return [{ type }, Buffer.from(await whole.arrayBuffer())];
  };

  it('tell of resumable uploads how much has arrived, also while nothing does', async () => {
    const reader = await watch();
    const bytes = pngOf(100_000);
    const body = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length, how: 'tus' };
    const begun = await server.call('POST', '/api/resources/uploads', { as: ada, body });
    const { uploadId, url } = (await begun.json()) as Begun;
    const patch = (from: number, to: number) =>
      fetch(new URL(url, server.origin), {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${server.tokenOf(ada)}`,
          'tus-resumable': '1.0.0',
          'upload-offset': String(from),
          'content-type': 'application/offset+octet-stream',
        },
        body: bytes.slice(from, to) as Uint8Array<ArrayBuffer>,
      });
    expect((await patch(0, 40_000)).status).toBe(204);
    const last = () => reader.told.filter(({ data }) => data['uploadId'] === uploadId).at(-1)?.data;
    await reader.until(() => last()?.['received'] === 40_000);
    expect(last()?.['state']).toBe('uploading');
    expect((await patch(40_000, bytes.length)).status).toBe(204);
    await reader.until(() => last()?.['state'] === 'completed');
  });

  it('begin with what there is, and end with why an upload failed or that it is gone', async () => {
    const [failing, cancelled] = [await begin(70), await begin(70)];
    await send(failing, Buffer.from('x'.repeat(70)));
    const reader = await watch();
    await reader.until(() =>
      [failing, cancelled].every(({ uploadId }) => reader.statesOf(uploadId).length > 0),
    );
    expect((await complete(failing)).status).toBe(415);
    await server.call('DELETE', `/api/resources/uploads/${cancelled.uploadId}/file`, { as: ada });
    await reader.until(
      () =>
        reader.statesOf(failing.uploadId).includes('failed') &&
        reader.statesOf(cancelled.uploadId).includes('cancelled'),
    );
    const of = (uploadId: string) =>
      reader.told.filter(({ data }) => data['uploadId'] === uploadId).at(-1)?.data;
    expect(of(failing.uploadId)?.['failure']).toBe('content-mismatch');
    expect(of(cancelled.uploadId)?.['id']).toBe(cancelled.id);

    const later = await server.call('GET', '/api/resources/uploads/events?follow=false', { as: ada });
    const text = await later.text();
    expect(text).toContain(`"uploadId":"${failing.uploadId}","state":"failed"`);
    expect(text).not.toContain(cancelled.uploadId);
  });

  it('are of nobody else, nor of another tenant', async () => {
    const readers = [await watch(grace), await watch({ ...ada, tenantId: 'other' }), await watch(admin)];
    const mine = await watch();
    const upload = await begin(onePixelPng.length);
    await mine.until(() => mine.statesOf(upload.uploadId).length > 0);
    const theirs = await begin(onePixelPng.length, grace);
    await readers[0]?.until(() => readers[0]?.statesOf(theirs.uploadId).length === 1);
    expect(readers.map(({ told }) => told.length)).toEqual([1, 0, 0]);
  });

  it('need the permission to upload, take only what they know, and are watched in a few places at once', async () => {
    const events = (query: string, as?: TestPerson) =>
      server.call('GET', `/api/resources/uploads/events${query}`, as ? { as } : {});
    expect(await codeOf(await events(''))).toEqual([401, 'sign-in-required']);
    expect(await codeOf(await events('', { id: 'looker', roles: ['DOC_VIEW'] }))).toEqual([403, 'forbidden']);
    for (const query of ['?follow=1', '?follow=', '?id=x', '?follow=true&follow=false'])
      expect(await codeOf(await events(query, ada))).toEqual([400, 'invalid-request']);
    const ida = { ...ada, id: 'ida' };
    for (let count = 0; count < 6; count += 1) await watch(ida);
    const refused = await events('', ida);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await codeOf(refused)).toEqual([429, 'too-many-streams']);
    readers.at(-1)?.close();
    let again = await events('', ida);
    while (again.status === 429) again = await events('', ida);
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });

  it('end when the owner is revoked, and do not begin again', async () => {
    const hedy = { ...ada, id: 'hedy' };
    await begin(70, hedy);
    const [here, there] = [await watch(hedy), await watch(hedy, other)];
    expect((await server.call('POST', '/api/owners/hedy/revoke', { as: admin })).status).toBe(200);
    await Promise.all([here.untilEnd(), there.untilEnd()]);
    for (const { told } of [here, there])
      expect(told.at(-1)).toEqual({ event: 'end', data: { why: 'revoked' } });
    const again = await server.call('GET', '/api/resources/uploads/events', { as: hedy });
    expect(await codeOf(again)).toEqual([403, 'owner-revoked']);
  });

  it('end when the server stops, with the reason', async () => {
    const { second, stop } = await secondServer(server);
    const reader = await Reader.open(second, ada);
    await second.assembly.close();
    await reader.untilEnd();
    await stop();
    expect(reader.told.filter(({ event }) => event === 'end')).toEqual([
      { event: 'end', data: { why: 'stopping' } },
    ]);
  });
});
