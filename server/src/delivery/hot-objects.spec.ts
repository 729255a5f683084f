import { Readable } from 'node:stream';
import type { BlobStore } from '../platform/blob-store.ts';
import { HotObjects } from './hot-objects.ts';

const object = (path: string, objectKey = `key of ${path}`, tenantId = 'a') => ({
  ...{ tenantId, path, objectKey },
  size: 5,
});
const about = (paths: string[], prefixes: string[] = [], tenantId = 'a') => ({ tenantId, paths, prefixes });

describe('Small objects in memory', () => {
  let hot: HotObjects;
  let letRead: () => void;

  beforeEach(() => {
    letRead = () => undefined;
    const get = (key: string): Promise<Readable> => Promise.resolve(Readable.from([Buffer.from(key)]));
    hot = new HotObjects({ get } as unknown as BlobStore);
  });

  it('are gone when a change touches their path, and those of other paths and tenants are not', async () => {
    const [gone, stays, foreign] = [object('x/a'), object('x/b'), object('x/a', 'other', 'b')];
    for (const each of [gone, stays, foreign]) await hot.get(each);
    hot.apply(about(['x/a']));
    expect(hot.peek(gone)).toBeUndefined();
    expect(hot.peek(stays)?.toString()).toBe('key of x/b');
    expect(hot.peek(foreign)?.toString()).toBe('other');
  });

  it('are gone when a prefix is taken down, and when nobody knows what was changed', async () => {
    const [under, beside] = [object('x/a'), object('y/a')];
    await hot.get(under);
    await hot.get(beside);
    hot.apply(about([], ['x/']));
    expect(hot.peek(under)).toBeUndefined();
    expect(hot.peek(beside)).toBeDefined();
    hot.forgetAll();
    expect(hot.peek(beside)).toBeUndefined();
  });

  it('are those of the version that is asked for', async () => {
    await hot.get(object('x/a', 'first'));
    expect(hot.peek(object('x/a', 'second'))).toBeUndefined();
    expect((await hot.get(object('x/a', 'second')))?.toString()).toBe('second');
    expect(hot.peek(object('x/a', 'first'))).toBeUndefined();
  });

  it('are not kept by a read that a change has overtaken', async () => {
    const slow = new Promise<void>((resolve) => (letRead = resolve));
    const get = (): Promise<Readable> => slow.then(() => Readable.from([Buffer.from('bytes')]));
    hot = new HotObjects({ get } as unknown as BlobStore);
    const reading = hot.get(object('x/a'));
    hot.apply(about(['x/a']));
    letRead();
    expect((await reading)?.toString()).toBe('bytes');
    expect(hot.peek(object('x/a'))).toBeUndefined();
  });
});
