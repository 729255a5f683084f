import { filmedMp4 } from '../../testing/films.ts';
import { ada, type TestServer } from '../../testing/test-server.ts';
import { goodFile, type SentFile } from './bad-files.ts';

/** An upload that has begun. */
export interface BegunForm {
  id: string;
  uploadId: string;
  url: string;
  fields: Record<string, string>;
}

type Kind = Required<SentFile>['kind'];

/** What came of a request, e.g. `taken` or `415 two-types`. */
export async function outcome(response: Response): Promise<string> {
  const text = await response.text();
  const { code = '' } = text.startsWith('{') ? (JSON.parse(text) as { code?: string }) : {};
  return response.ok ? 'taken' : `${response.status} ${code}`;
}

/** A file of this kind that is taken. */
export function goodTarget(kind: Kind): Required<SentFile> {
  return kind === 'video'
    ? { ...goodFile, kind, type: 'video/mp4', bytes: filmedMp4() }
    : { ...goodFile, kind };
}

/** The ways in which bytes come in; whoever sends is ada. */
export interface WaysIn {
  /** As a body. */
  direct: (file: SentFile) => Promise<Response>;
  /** Begins an upload by a form. */
  begin: (file: SentFile) => Promise<Response>;
  /** Sends the form. @param changed fields of it */
  send: (begun: BegunForm, bytes: Buffer, changed?: Record<string, string>) => Promise<Response>;
  /** Id of a resource of this kind, for being overwritten. */
  target: (kind: Kind) => Promise<string>;
  /** Every way in which this file may come: the last answer counts. Without one that has no place for its name. */
  all: (file: SentFile) => [way: string, sent: () => Promise<Response>][];
}

/** @param serverOf is started when the first file is sent */
export function waysInto(serverOf: () => TestServer): WaysIn {
  const call = (method: string, path: string, options: Parameters<TestServer['call']>[2] = {}) =>
    serverOf().call(method, path, { as: ada, ...options });
  const direct = (file: SentFile): Promise<Response> => {
    const { name, kind, type, bytes } = { ...goodFile, ...file };
    const query = new URLSearchParams({ kind, name: sendable(name) });
    return call('POST', `/api/resources?${query}`, { body: bytes, headers: { 'content-type': type } });
  };
  const begin = (file: SentFile): Promise<Response> => {
    const { name, kind, type: contentType, bytes } = { ...goodFile, ...file };
    const body = { name, kind, contentType, size: bytes.length };
    return call('POST', '/api/resources/uploads', { body });
  };
  const send: WaysIn['send'] = ({ url, fields }, bytes, changed = {}) => {
    const form = new FormData();
    for (const [field, value] of Object.entries({ ...fields, ...changed })) form.append(field, value);
    form.append('file', new Blob([new Uint8Array(bytes)]), 'a');
    return fetch(new URL(url, serverOf().origin), { method: 'POST', body: form });
  };
  const byForm = async (file: SentFile): Promise<Response> => {
    const response = await begin(file);
    if (!response.ok) return response;
    const begun = (await response.json()) as BegunForm;
    const sent = await send(begun, file.bytes ?? goodFile.bytes);
    return sent.ok ? call('POST', `/api/resources/${begun.id}/complete`) : sent;
  };
  const byTus = async (file: SentFile): Promise<Response> => {
    const { name, kind, type, bytes } = { ...goodFile, ...file };
    const said = Object.entries({ filename: sendable(name), filetype: type, kind });
    const pairs = said.map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
    const headers = { 'tus-resumable': '1.0.0', 'upload-length': String(bytes.length) };
    const created = await call('POST', '/api/resources/tus', {
      headers: { ...headers, 'upload-metadata': pairs.join(',') },
    });
    if (!created.ok) return created;
    return call('PATCH', created.headers.get('location') ?? '', {
      headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body: bytes,
    });
  };
  const targets = new Map<Kind, Promise<string>>();
  const target = (kind: Kind): Promise<string> => {
    const made = targets.get(kind) ?? direct(goodTarget(kind)).then(idOf);
    targets.set(kind, made);
    return made;
  };
  const over = async ({ kind = goodFile.kind, type = goodFile.type, bytes = goodFile.bytes }: SentFile) =>
    call('PUT', `/api/resources/${await target(kind)}/content`, {
      headers: { 'content-type': type },
      body: bytes,
    });
  return {
    ...{ direct, begin, send, target },
    all: (file) => [
      ['as a body', () => direct(file)],
      ['by a form', () => byForm(file)],
      ['by tus', () => byTus(file)],
      ...(file.name === undefined
        ? [['over another', () => over(file)] satisfies [string, () => Promise<Response>]]
        : []),
    ],
  };
}

async function idOf(response: Response): Promise<string> {
  const { id } = (await response.json()) as { id?: string };
  if (id === undefined) throw new Error(`no resource was made: ${response.status}`);
  return id;
}

/** Half a character is no UTF-8, so nothing but JSON brings one: elsewhere something as bad comes in its place. */
function sendable(name: string): string {
  return name.isWellFormed() ? name : '\u0001';
}
