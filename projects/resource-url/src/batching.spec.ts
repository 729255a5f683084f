import { bodyOf, production } from './testing/signing-backend.ts';
import { record } from './testing/recorded-stream.ts';

describe('A page of images costs one request', () => {
  const names = (count: number) => Array.from({ length: count }, (_, n) => `photo-${n}.jpg`);

  it('is one call to /sign for one image', async () => {
    const { service, backend } = production();
    service.getTeamMemberPhotoUrl('a.jpg').subscribe();
    const requests = await backend.open();
    expect(requests.map(({ request }) => request.url)).toEqual(['/api/resources/sign']);
  });

  it('is one call to /sign/batch for 200 images, in their order', async () => {
    const { service, backend } = production();
    const streams = names(200).map((name) => record(service.getTeamMemberPhotoUrl(name)));
    const requests = await backend.open();
    expect(requests.map(({ request }) => request.url)).toEqual(['/api/resources/sign/batch']);
    const { resources } = bodyOf(requests[0]!) as { resources: unknown[] };
    expect(resources.length).toBe(200);
    expect(resources[7]).toEqual({
      path: 'public/team/photo-7.jpg',
      expiryMinutes: 60,
      reason: 'team_member_photo',
    });
    requests[0]!.flush({ results: names(200).map((name) => backend.signed(`public/team/${name}`)) });
    expect(
      streams.every(({ urls }, n) => urls.length === 1 && urls[0]!.includes(`/photo-${n}.jpg?`)),
    ).toBeTrue();
  });

  it('is two calls for 201 images: a batch of 200 and a single one', async () => {
    const { service, backend } = production();
    names(201).forEach((name) => service.getTeamMemberPhotoUrl(name).subscribe());
    const requests = await backend.open();
    expect(requests.map(({ request }) => request.url)).toEqual([
      '/api/resources/sign/batch',
      '/api/resources/sign',
    ]);
  });

  it('asks once for an image shown many times, in many ways', async () => {
    const { service, backend } = production();
    const ref = { kind: 'teamPhoto', name: 'a.jpg' } as const;
    const shown = [record(service.getUrl(ref)), record(service.getTeamMemberPhotoUrl('/a.jpg'))];
    const signed = service.sign(ref);
    service.refresh(ref);
    await service.preload([]);
    await backend.sign();
    expect(backend.bodies).toEqual([jasmine.objectContaining({ path: 'public/team/a.jpg' })]);
    expect(shown.map(({ urls }) => urls)).toEqual([[(await signed).url], [(await signed).url]]);
  });

  it('asks in another request for what comes after the microtask', async () => {
    const { service, backend } = production();
    service.getUrl('public/a.jpg').subscribe();
    await backend.sign();
    service.getUrl('public/b.jpg').subscribe();
    service.getUrl('public/c.jpg').subscribe();
    await backend.sign();
    expect(backend.bodies).toEqual([
      { path: 'public/a.jpg', reason: 'resource' },
      {
        resources: [
          { path: 'public/b.jpg', reason: 'resource' },
          { path: 'public/c.jpg', reason: 'resource' },
        ],
      },
    ]);
  });

  it('is not asked for again when all of it is refused', async () => {
    const { service, backend } = production();
    void service.preload(names(120));
    await backend.refuse(400, 'invalid-request');
    expect(await backend.open()).toEqual([]);
    expect(service.getState('photo-0.jpg')().error?.status).toBe(400);
  });

  it('asks for nothing when streams are made but not subscribed to, or states read', async () => {
    const { service, backend } = production();
    names(10).forEach((name) => {
      service.getTeamMemberPhotoUrl(name);
      service.getState({ kind: 'teamPhoto', name })();
    });
    expect(await backend.open()).toEqual([]);
  });
});
