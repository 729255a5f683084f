import { record } from './testing/recorded-stream.ts';
import { development, production } from './testing/signing-backend.ts';

describe('A stream emits at once when a URL is at hand', () => {
  it('in production', async () => {
    const { service, backend } = production();
    const first = record(service.getTeamMemberPhotoUrl('a.jpg'));
    expect(first.urls).toEqual([]);
    await backend.sign();
    expect(record(service.getTeamMemberPhotoUrl('a.jpg')).urls).toEqual(first.urls);
    expect(first.urls.length).toBe(1);
  });

  it('in development, with the first URL one microtask later as in production', async () => {
    const { service } = development();
    const first = record(service.getTeamMemberPhotoUrl('a.jpg'));
    expect(first.urls).toEqual([]);
    await Promise.resolve();
    expect(first.urls).toEqual(['/assets/deployed/images/users/a.jpg']);
    expect(record(service.getTeamMemberPhotoUrl('a.jpg')).urls).toEqual(first.urls);
  });

  it('after preload()', async () => {
    const { service, backend } = production();
    const loaded = service.preload([
      { kind: 'teamPhoto', name: 'a.jpg' },
      { kind: 'teamPhoto', name: 'b.jpg' },
    ]);
    await backend.sign();
    await loaded;
    expect(record(service.getTeamMemberPhotoUrl('b.jpg')).urls.length).toBe(1);
    expect(backend.answered).toBe(1);
  });

  it('after sign()', async () => {
    const { service, backend } = production();
    const signing = service.sign('public/a.jpg');
    await backend.sign();
    const { url } = await signing;
    expect(record(service.getUrl('public/a.jpg')).urls).toEqual([url]);
  });

  for (const url of [
    'data:image/gif;base64,R0lGOD',
    'blob:https://app.example/1',
    'https://elsewhere.example/a.jpg',
  ]) {
    it(`for ${url.slice(0, 8)}..., which is passed through`, () => {
      const { service } = production();
      expect(record(service.getUrl(url)).urls).toEqual([url]);
      expect(record(service.getUserAvatarUrl(url)).urls).toEqual([url]);
    });
  }
});
