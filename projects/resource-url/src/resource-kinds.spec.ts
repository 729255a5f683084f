import type { ResourceRef } from '@countersign/angular';
import { development, production } from './testing/signing-backend.ts';

declare module '@countersign/angular' {
  interface ResourceKinds {
    productPhoto: { sku: string; name: string };
    thumbnail: { id: number };
  }
}

describe('Kinds of an application', () => {
  const kinds = {
    productPhoto: {
      development: 'images/products/{sku}/{name}',
      production: 'public/products/{sku}/{name}',
      reason: 'product_photo',
      expiryMinutes: 30,
    },
    thumbnail: {
      development: 'images/{id}.webp',
      production: 'public/thumbs/{id}.webp',
      reason: 'thumbnail',
    },
  };

  it('have their own path in development', async () => {
    const { service } = development({ kinds });
    const url = async (ref: ResourceRef) => (await service.sign(ref)).url;
    expect(await url({ kind: 'productPhoto', sku: 'x 1', name: 'front.jpg' })).toBe(
      '/assets/deployed/images/products/x%201/front.jpg',
    );
    expect(await url({ kind: 'thumbnail', id: 7 })).toBe('/assets/deployed/images/7.webp');
  });

  it('have their own path, reason and lifetime in production', async () => {
    const { service, backend } = production({ kinds });
    void service.preload([
      { kind: 'productPhoto', sku: 'x1', name: 'front.jpg' },
      { kind: 'thumbnail', id: 7 },
    ]);
    await backend.sign();
    expect(backend.bodies).toEqual([
      {
        resources: [
          { path: 'public/products/x1/front.jpg', expiryMinutes: 30, reason: 'product_photo' },
          { path: 'public/thumbs/7.webp', reason: 'thumbnail' },
        ],
      },
    ]);
  });

  it('may redefine a built-in kind and leave the others', async () => {
    const teamPhoto = { development: 'team/{name}', production: 'public/people/{name}', reason: 'people' };
    const { service } = development({ kinds: { teamPhoto } });
    expect((await service.sign({ kind: 'teamPhoto', name: 'a.jpg' })).url).toBe(
      '/assets/deployed/team/a.jpg',
    );
    expect((await service.sign({ kind: 'avatar', name: 'a.jpg' })).url).toBe(
      '/assets/deployed/images/users/a.jpg',
    );
  });

  it('fail with unknown-kind where they are declared but not defined', async () => {
    const { service } = development();
    await expectAsync(service.sign({ kind: 'thumbnail', id: 7 })).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unknown-kind' }),
    );
  });

  it('do not compile with a missing, misspelt or mistyped parameter', () => {
    const { service } = development({ kinds });
    const refused = () => {
      // @ts-expect-error name is missing
      service.getUrl({ kind: 'teamPhoto' });
      // @ts-expect-error userId is missing
      service.getUrl({ kind: 'document', name: 'a.pdf' });
      // @ts-expect-error userID is misspelt
      service.getUrl({ kind: 'document', userID: 'ada', name: 'a.pdf' });
      // @ts-expect-error an avatar has no user id
      service.getUrl({ kind: 'avatar', userId: 'ada', name: 'a.jpg' });
      // @ts-expect-error sku is missing
      service.getUrl({ kind: 'productPhoto', name: 'front.jpg' });
      // @ts-expect-error a thumbnail's id is a number
      service.getUrl({ kind: 'thumbnail', id: 'seven' });
      // @ts-expect-error nobody declared posters
      service.getUrl({ kind: 'poster', name: 'a.jpg' });
      // @ts-expect-error lifetimes are numbers
      service.getUrl('a.jpg', { expiryMinutes: '60' });
      // @ts-expect-error retry is no option of this version
      production({ retry: 3 });
    };
    expect(refused).toBeInstanceOf(Function);
  });
});
