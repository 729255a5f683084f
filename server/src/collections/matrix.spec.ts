import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { randomId } from '../platform/ids.ts';
import { admin, grace, TestServer, type TestPerson } from '../testing/test-server.ts';
import { collectionRoles } from './collection.ts';

const PAGE = readFileSync(new URL('../../../docs/collections.md', import.meta.url), 'utf8');
const [, TABLE = ''] = /## What each role of specification 002 may do\n([^]*?)(?=\n## |$)/.exec(PAGE) ?? [];
const LINES = [...TABLE.matchAll(/^\|(.*)\|$/gm)].map(([, cells = '']) =>
  cells.split('|').map((cell) => cell.trim().replaceAll('`', '')),
);
const [[, ...COLUMNS] = [], , ...ROWS] = LINES;

/** A document of somebody, as a row of the table tries something with it. */
interface Tried {
  as: TestPerson;
  /** In the collection, or, where it is to be assigned, not yet. */
  document: { id: string; path: string };
}

describe('what docs/collections.md says that each role of specification 002 may do', () => {
  let server: TestServer;
  let collection: string;

  beforeAll(async () => {
    server = await TestServer.start({ rateLimits: { api: 'off', sign: 'off' } });
    const body = { name: 'Order', interestedRoles: collectionRoles };
    const made = await server.call('POST', '/api/collections', { as: admin, body });
    collection = ((await made.json()) as { id: string }).id;
    const members = [{ id: 'member', role: 'BUY' }];
    const added = await server.call('POST', `/api/collections/${collection}/members`, {
      as: admin,
      body: { members },
    });
    expect(added.status).toBe(200);
  });

  afterAll(() => server.stop());

  /** `member`: without any role in the token; else roles of the token. */
  const personOf = (column: string): TestPerson =>
    column === 'member' ? { id: 'member' } : { id: `a-${column}`, roles: column.split(' + ') };

  const documentOf = async (owner: TestPerson, isIn: boolean): Promise<Tried['document']> => {
    const name = `${randomId()}.txt`;
    const { id, path } = await server.assembly.intake.add({
      ...{
        tenantId: 'default',
        actor: owner.id,
        kind: 'document',
        path: `users/${owner.id}/documents/${name}`,
      },
      owner: await server.ownerOf(owner),
      ...{
        displayName: 'Offer.txt',
        contentType: 'text/plain',
        body: Readable.from([Buffer.from('an offer\n')]),
      },
    });
    if (!isIn) return { id, path };
    const inside = `collections/${collection}/${name}`;
    await server.database.pool.query('UPDATE resources SET path = $2, collection_id = $3 WHERE id = $1', [
      ...[id, inside, collection],
    ]);
    return { id, path: inside };
  };

  const ask = async (as: TestPerson, method: string, path: string, body?: unknown): Promise<boolean> =>
    (await server.call(method, `/api${path}`, { as, ...(body === undefined ? {} : { body }) })).ok;

  /** What is tried with a document: one's own and somebody else's. */
  const withDocument: Readonly<Record<string, (tried: Tried) => Promise<boolean>>> = {
    'find it in lists': async ({ as, document }) => {
      const list = await server.call('GET', `/api/resources?collection=${collection}&limit=200`, { as });
      return list.ok && (await list.text()).includes(document.id);
    },
    'read its metadata': async ({ as, document: { id, path } }) =>
      (await ask(as, 'GET', `/resources/${id}`)) && (await ask(as, 'GET', `/resources/by-path?path=${path}`)),
    'sign and download it': async ({ as, document: { path } }) => {
      const body = { path, reason: 'matrix' };
      const signed = await server.call('POST', '/api/resources/sign', { as, body });
      const { url } = (await signed.json()) as { url?: string };
      return url !== undefined && (await (await fetch(url)).text()) === 'an offer\n';
    },
    'edit label and notes': ({ as, document: { id } }) =>
      ask(as, 'PATCH', `/resources/${id}`, { label: 'Offer', notes: 'of spring' }),
    'assign it': ({ as, document: { id } }) => ask(as, 'POST', `/resources/${id}/assign`, { collection }),
    'unassign it': ({ as, document: { id } }) => ask(as, 'POST', `/resources/${id}/unassign`),
    'delete it': ({ as, document: { id } }) => ask(as, 'DELETE', `/resources/${id}`),
  };

  /** What has nothing to do with one document. */
  const atAll: Readonly<Record<string, (as: TestPerson) => Promise<boolean>>> = {
    'upload a document': async (as) => {
      const options = { as, body: 'an offer\n', headers: { 'content-type': 'text/plain' } };
      return (await server.call('POST', '/api/resources?kind=document&name=a.txt', options)).ok;
    },
    'make a collection': (as) => ask(as, 'POST', '/collections', { name: 'Another' }),
    'see the collection and its members': async (as) =>
      (await ask(as, 'GET', `/collections/${collection}`)) &&
      (await ask(as, 'GET', `/collections/${collection}/members`)),
    'rename it, and manage its members': async (as) =>
      (await ask(as, 'PATCH', `/collections/${collection}`, { name: 'Order' })) &&
      (await ask(as, 'POST', `/collections/${collection}/members`, {
        members: [{ id: 'somebody', role: 'SEL' }],
      })) &&
      (await ask(as, 'DELETE', `/collections/${collection}/members/somebody`)),
  };

  const found = async (action: string, column: string): Promise<string> => {
    const as = personOf(column);
    const simple = atAll[action];
    if (simple) return (await simple(as)) ? 'yes' : 'no';
    const attempt = withDocument[action];
    if (!attempt) return 'nothing tries it';
    const isIn = action !== 'assign it';
    const own = await attempt({ as, document: await documentOf(as, isIn) });
    const others = await attempt({ as, document: await documentOf(grace, isIn) });
    if (others) return own ? 'yes' : 'others alone';
    return own ? 'own' : 'no';
  };

  it('names every role of it, and every action that is tried', () => {
    const roles = ['DOC_UPL', 'DOC_UPLALL', 'DOC_VIEW', 'DOC_VIEWALL', 'BUY', 'SEL', 'ADM'];
    expect(COLUMNS).toEqual(jasmine.arrayContaining(roles));
    expect(ROWS.map(([action]) => action).sort()).toEqual(
      [...Object.keys(atAll), ...Object.keys(withDocument)].sort(),
    );
  });

  for (const [action = '', ...cells] of ROWS) {
    it(`is true: ${action}`, async () => {
      const tried = await Promise.all(COLUMNS.map((column) => found(action, column)));
      expect(Object.fromEntries(COLUMNS.map((column, index) => [column, tried[index]]))).toEqual(
        Object.fromEntries(COLUMNS.map((column, index) => [column, cells[index]])),
      );
    });
  }
});
