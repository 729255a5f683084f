import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { jsonBody } from './json-body.ts';
import { toProblem } from './problem-handler.ts';

const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'Application/JSON',
  'application/json; charset="utf-8"',
  'application/json; charset=latin1',
  'application/json; version=1',
  'application/problem+json',
  'text/plain',
  '',
];

const BODIES: readonly (string | Buffer)[] = [
  '{"path":"public/team/avatar-1.jpg","expiryMinutes":60}',
  ' \t\r\n{"a":1}\n',
  '[1,{"b":[]}]',
  '{"name":"Zoë 😀 \\u0000 \\ud800"}',
  '{"__proto__":{"x":1},"constructor":2}',
  '{"a":1,"a":2}',
  '\ufeff{"a":1}',
  '\ufeff\ufeff{"a":1}',
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xc3, 0x22, 0x7d]),
  Buffer.from('{"a":1}', 'utf16le'),
  '',
  ' ',
  'null',
  '1',
  '"text"',
  'true',
  '{"a":1',
  '{"a":1}}',
  "{'a':1}",
  '\u00a0{"a":1}',
  gzipSync('{"a":1}'),
  `{"long":"${'é'.repeat(200_000)}"}`,
  `{"long":"${'x'.repeat(1024 * 1024 - 11)}"}`,
  `{"long":"${'x'.repeat(1024 * 1024 - 10)}"}`,
];

describe('A JSON body', () => {
  const context = new AsyncLocalStorage<string>();
  let server: Server;

  beforeAll(async () => {
    const app = express();
    app.use((request, _response, next) => context.run(request.get('x-request') ?? 'none', next));
    const show: RequestHandler = (request, response) => {
      response.json({ body: request.body as unknown, isSet: 'body' in request, context: context.getStore() });
    };
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
      const { status, code, detail } = toProblem(error);
      response.status(status).json({ code, detail });
    };
    app.post('/ours', jsonBody(), show);
    app.post('/express', express.json({ limit: '1mb', type: 'application/json' }), show);
    app.post('/parsed-before', express.json(), jsonBody(), show);
    app.use(refuse);
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answer = async (
    path: string,
    body: string | Buffer | ReadableStream,
    headers: Record<string, string>,
  ): Promise<string> => {
    const sent = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
    const response = await fetch(origin() + path, sent);
    return `${response.status} ${await response.text()}`;
  };

  it('means what it means to Express, whatever type, encoding and content it has', async () => {
    for (const type of TYPES) {
      for (const body of BODIES) {
        for (const encoding of ['', 'identity', 'gzip']) {
          const headers = { 'content-type': type, ...(encoding ? { 'content-encoding': encoding } : {}) };
          const ours = await answer('/ours', body, headers);
          expect(ours)
            .withContext(`${type} ${encoding} ${body.toString().slice(0, 60)}`)
            .toBe(await answer('/express', body, headers));
        }
      }
    }
  });

  it('is refused in UTF-16, which Express reads', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16' };
    const body = Buffer.from('\ufeff{"a":1}', 'utf16le');
    expect(await answer('/express', body, headers)).toMatch(/^200 /);
    expect(await answer('/ours', body, headers)).toMatch(/^400 .*UTF-8/);
  });

  it('means the same when it comes in pieces, its length known or not', async () => {
    const bytes = Buffer.from(`{"name":"${'Zoë😀'.repeat(30)}"}`);
    for (const length of [[`Content-Length: ${bytes.length}`], ['Transfer-Encoding: chunked']]) {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      const isChunked = length[0]?.startsWith('Transfer') ?? false;
      socket.setNoDelay(true);
      const head = [
        'POST /ours HTTP/1.1',
        'Host: x',
        'Connection: close',
        'Content-Type: application/json',
        ...length,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      for (const byte of bytes) {
        const piece = Buffer.from([byte]);
        socket.write(isChunked ? Buffer.concat([Buffer.from('1\r\n'), piece, Buffer.from('\r\n')]) : piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (isChunked) socket.write('0\r\n\r\n');
      const pieces: Buffer[] = [];
      for await (const piece of socket) pieces.push(piece as Buffer);
      expect(Buffer.concat(pieces).toString()).toContain(`"body":${bytes.toString()}`);
    }
  });

  it('keeps what the app around has in its AsyncLocalStorage', async () => {
    const type = { 'content-type': 'application/json', 'x-request': 'seven' };
    expect(await answer('/ours', '{}', type)).toContain('"context":"seven"');
  });

  it('is left as it is when the app around has parsed it already', async () => {
    expect(await answer('/parsed-before', '{"a":1}', { 'content-type': 'application/json' })).toContain(
      '{"a":1}',
    );
  });
});
