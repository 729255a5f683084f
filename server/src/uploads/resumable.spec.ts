import { createHash, randomBytes } from 'node:crypto';
import { onePixelPng, pngOf } from '../testing/pictures.ts';
import { ada, grace, TestServer, type TestPerson } from '../testing/test-server.ts';

const LIMIT = 3_000_000;
const BYTES = 'application/offset+octet-stream';

interface Begun {
  id: string;
  uploadId: string;
  url: string;
}

describe('A resumable upload', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ maxUploadBytes: LIMIT, corsOrigins: ['https://app.example'] });
  });
  afterAll(() => server.stop());

  const begun = async (bytes: Uint8Array, more: object = {}, as: TestPerson = ada): Promise<Begun> => {
    const file = { name: 'a.png', kind: 'avatar', contentType: 'image/png', size: bytes.length };
    const body = { ...file, how: 'tus', ...more };
    return (await (await server.call('POST', '/api/resources/uploads', { as, body })).json()) as Begun;
  };
  const tus = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    { as = ada, body }: { as?: TestPerson | undefined; body?: Uint8Array } = {},
  ): Promise<Response> =>
    server.call(method, path, { as, body, headers: { 'tus-resumable': '1.0.0', ...headers } });
  const patch = (url: string, offset: number, body: Uint8Array, as?: TestPerson): Promise<Response> =>
    tus('PATCH', url, { 'upload-offset': String(offset), 'content-type': BYTES }, { as, body });
  const offsetOf = async (url: string): Promise<string | null> =>
    (await tus('HEAD', url)).headers.get('upload-offset');
  const outcome = async (asking: Promise<Response>): Promise<[number, string]> => {
    const response = await asking;
    const text = await response.text();
    return [response.status, text ? ((JSON.parse(text) as { code?: string }).code ?? '') : ''];
  };
  const get = async (id: string): Promise<Record<string, unknown>> =>
    (await (await server.call('GET', `/api/resources/${id}`, { as: ada })).json()) as Record<string, unknown>;

  it('that was begun as any other goes on where it ended, and is complete with its last byte', async () => {
    const bytes = pngOf(1_000_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { id, url } = await begun(bytes, { sha256, label: 'A label' });
    expect(await offsetOf(url)).toBe('0');
    expect((await get(id))['status']).toBe('awaiting');
    const first = await patch(url, 0, bytes.subarray(0, 400_000));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '400000']);
    expect(Date.parse(first.headers.get('upload-expires') ?? '')).toBeGreaterThan(
      Date.now() + 23 * 3_600_000,
    );
    expect((await get(id))['status']).toBe('uploading');
    const asked = await tus('HEAD', url);
    expect([asked.status, asked.headers.get('upload-length'), asked.headers.get('resource-id')]).toEqual([
      ...[200, '1000000', id],
    ]);
    const last = await patch(url, 400_000, bytes.subarray(400_000));
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '1000000']);
    const { status, path, label } = await get(id);
    expect([status, label]).toEqual(['completed', 'A label']);
    const delivered = await fetch(await server.sign(path as string));
    expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBeTrue();
    expect(await offsetOf(url)).toBe('1000000');
    expect(await outcome(patch(url, 1_000_000, Buffer.alloc(0)))).toEqual([409, 'upload-over']);
    expect((await server.call('POST', `/api/resources/${id}/complete`, { as: ada })).status).toBe(200);
    void randomBytes;
    void onePixelPng;
    void grace;
  });
});
