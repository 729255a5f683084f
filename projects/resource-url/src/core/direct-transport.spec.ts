import { directTransport } from './direct-transport.ts';
import type { Outcome } from './outcome.ts';
import { requestOf } from './testing/scripted-transport.ts';

describe('The transport of development mode', () => {
  it('answers at once, in order, with direct paths that never expire', () => {
    const answers: (readonly Outcome[])[] = [];
    const requests = ['images/users/a.jpg', 'b.jpg'].map((assetPath) => ({
      ...requestOf('signed.jpg'),
      assetPath,
    }));
    const abort = directTransport('/assets/deployed')(requests, (outcomes) => answers.push(outcomes));
    expect(answers).toEqual([
      [{ url: '/assets/deployed/images/users/a.jpg' }, { url: '/assets/deployed/b.jpg' }],
    ]);
    expect(abort()).toBeUndefined();
  });

  it('encodes each segment, and leaves the slashes between them', () => {
    const urls: unknown[] = [];
    directTransport('')([requestOf('Zoë & Co/a b?#.jpg')], ([outcome]) => urls.push(outcome));
    expect(urls).toEqual([{ url: '/Zo%C3%AB%20%26%20Co/a%20b%3F%23.jpg' }]);
  });
});
