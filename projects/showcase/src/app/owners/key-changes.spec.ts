import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideResourceUrls, ResourceUrlService } from '@countersign/angular';
import type { Owner } from '../api/owner.ts';
import { ShownPhotos } from '../team/shown-photos.ts';
import { TeamPhotos } from '../team/team-photos.ts';
import { samplePhoto, sampleSignedUrl } from '../testing/sample-photos.ts';
import { KeyChanges } from './key-changes.ts';
import { OwnerKeys } from './owner-keys.ts';

const ada: Owner = { id: 'ada', name: 'Ada', status: 'active', generation: 1, resources: 1 };
const receipt = {
  epoch: 7,
  effectiveAt: '',
  acknowledged: [],
  lapsed: [],
  notCovered: [],
  waitedMs: 5,
  mode: 'early',
};
const ref = { kind: 'teamPhoto', name: 'avatar-2.jpg' } as const;
// Answered 404 by the server that runs these tests: refused, as far as the page can tell.
const DEAD_URL = '/there-is-no-such-photo.jpg';

describe('a change of key', () => {
  let changes: KeyChanges;
  let shown: ShownPhotos;
  let server: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [
        KeyChanges,
        OwnerKeys,
        ShownPhotos,
        TeamPhotos,
        provideHttpClient(),
        provideHttpClientTesting(),
        provideResourceUrls({ mode: 'production', api: '/api/resources' }),
      ],
    });
    changes = TestBed.inject(KeyChanges);
    shown = TestBed.inject(ShownPhotos);
    server = TestBed.inject(HttpTestingController);
    TestBed.inject(TeamPhotos).add(samplePhoto());
    TestBed.inject(TeamPhotos).add(samplePhoto({ path: 'public/team/avatar-3.jpg', owner: 'grace' }));
    shown.show('public/team/avatar-2.jpg', DEAD_URL);
    shown.show('public/team/avatar-3.jpg', '/the-photo-of-somebody-else.jpg');
  });

  afterEach(() => server.verify());

  async function answer(url: string, body: object): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    server.expectOne(url).flush(body);
  }

  async function revoke(): Promise<void> {
    const revoked = changes.revoke(ada);
    await answer('/api/owners/ada/revoke', receipt);
    await answer('/api/owners', { items: [{ ...ada, status: 'revoked' }] });
    await revoked;
  }

  it('asks again for the photos of that owner, and for nobody else’s', async () => {
    await revoke();
    expect(changes.last()).toEqual(
      jasmine.objectContaining({ change: 'revoked', recheck: { asked: 1, refused: 1, answered: 0 } }),
    );
    expect(shown.isDead(DEAD_URL)).toBeTrue();
    expect(shown.isDead('/the-photo-of-somebody-else.jpg')).toBeFalse();
  });

  it('waits for the final receipt while holders have not all confirmed', async () => {
    const revoked = changes.revoke(ada);
    await answer('/api/owners/ada/revoke', { epoch: 7, status: 'pending' });
    await answer('/api/receipts/7', { epoch: 7, status: 'pending' });
    expect(changes.last()).toBeUndefined();
    await answer('/api/receipts/7', receipt);
    await answer('/api/owners', { items: [] });
    await revoked;
    expect(changes.last()?.change).toBe('revoked');
  });

  it('leaves no receipt when it was refused, but says why', async () => {
    const revoked = changes.revoke(ada);
    await new Promise((resolve) => setTimeout(resolve));
    server
      .expectOne('/api/owners/ada/revoke')
      .flush({ title: 'You may not do this', detail: 'No.' }, { status: 403, statusText: 'Forbidden' });
    await revoked;
    expect(changes.last()).toBeUndefined();
    expect(TestBed.inject(OwnerKeys).problem()?.title).toBe('You may not do this');
  });

  it('gets a new URL after a reinstatement, and finds the old one still dead', async () => {
    const urls: string[] = [];
    TestBed.inject(ResourceUrlService)
      .getUrl(ref)
      .subscribe((url) => urls.push(url));
    await answer('/api/resources/sign', {
      url: sampleSignedUrl('a.jpg'),
      expiresAt: inAnHour(),
      signatureId: 'sig_a',
    });
    await revoke();
    await new Promise((resolve) => setTimeout(resolve));
    server
      .expectOne('/api/resources/sign')
      .flush({ code: 'owner-revoked' }, { status: 403, statusText: 'Forbidden' });

    const reinstated = changes.reinstate(ada);
    await answer('/api/owners/ada/reinstate', { owner: 'ada', generation: 2, epoch: 8 });
    await answer('/api/owners', { items: [ada] });
    const fresh = sampleSignedUrl('a.jpg', 'N'.repeat(21) + 'A');
    await answer('/api/resources/sign', { url: fresh, expiresAt: inAnHour(), signatureId: 'sig_n' });
    await reinstated;
    expect(urls.at(-1)).toBe(fresh);
    expect(changes.last()).toEqual(
      jasmine.objectContaining({ change: 'reinstated', recheck: { asked: 1, refused: 1, answered: 0 } }),
    );
  });
});

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
