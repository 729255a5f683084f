import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { TestServer, type TestPerson } from '../testing/test-server.ts';

interface Begun {
  id: string;
  uploadId: string;
  url: string;
  fields?: Record<string, string>;
}

describe('Uploads that are under way', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const begin = async (as: TestPerson, bytes: Uint8Array, how: 'post' | 'tus'): Promise<Begun> => {
    const body = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length, how };
    return (await (await server.call('POST', '/api/resources/uploads', { as, body })).json()) as Begun;
  };
  const sendForm = async ({ url, fields = {} }: Begun, bytes: Uint8Array): Promise<number> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a.png');
    return (await fetch(new URL(url, server.origin), { method: 'POST', body: form })).status;
  };
  const sendPart = async (as: TestPerson, { url }: Begun, bytes: Uint8Array): Promise<number> => {
    const headers = {
      ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0' },
      'content-type': 'application/offset+octet-stream',
    };
    return (await server.call('PATCH', url, { as, body: bytes, headers })).status;
  };
  const arrived = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of server.assembly.blobs.incoming.list()) ids.push(id);
    return ids;
  };

  it('go with the person who is erased: their bytes, and the form that would bring more', async () => {
    const ada: TestPerson = { id: 'ada', roles: ['tenantMember'] };
    await server.addPhoto('public/team/1.png', ada);
    const large = pngOf(100_000);
    const sent = await begin(ada, onePixelPng, 'post');
    const unsent = await begin(ada, onePixelPng, 'post');
    const part = await begin(ada, large, 'tus');
    expect(await sendForm(sent, onePixelPng)).toBeLessThan(300);
    expect(await sendPart(ada, part, large.subarray(0, 50_000))).toBe(204);
    expect((await arrived()).sort()).toEqual([sent.uploadId, part.uploadId].sort());

    expect((await server.erase('ada'))['status']).toBe('done');
    expect(await arrived()).toEqual([]);
    expect(await sendForm(unsent, onePixelPng)).toBeGreaterThanOrEqual(400);
    expect(await arrived()).toEqual([]);
  });

  it('take no more room once their resource is deleted, whenever they would have expired', async () => {
    const grace: TestPerson = { id: 'grace', roles: ['tenantMember'] };
    const large = pngOf(100_000);
    const part = await begin(grace, large, 'tus');
    const unsent = await begin(grace, onePixelPng, 'post');
    expect(await sendPart(grace, part, large.subarray(0, 50_000))).toBe(204);
    for (const { id } of [part, unsent]) {
      expect((await server.call('DELETE', `/api/resources/${id}`, { as: grace })).status).toBe(200);
    }
    expect(await sendForm(unsent, onePixelPng)).toBeGreaterThanOrEqual(400);
    await server.assembly.uploads.ends.sweep();
    expect(await arrived()).toEqual([]);
    expect((await server.database.pool.query('SELECT FROM uploads WHERE ended IS NULL')).rowCount).toBe(0);
  });
});
