import { TestBed } from '@angular/core/testing';
import { PIXEL } from '../testing/sample-photos.ts';
import { ShownPhotos } from './shown-photos.ts';

// Answered 404 by the server that runs these tests.
const REFUSED = '/there-is-no-such-photo.jpg';
const UNREACHABLE = 'http://127.0.0.1:1/photo.jpg';

describe('the photos shown', () => {
  let shown: ShownPhotos;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [ShownPhotos] });
    shown = TestBed.inject(ShownPhotos);
  });

  it('are asked for again, and those refused are dead from then on', async () => {
    expect(await shown.recheck([REFUSED, PIXEL])).toEqual({ asked: 2, refused: 1, answered: 1 });
    expect(shown.isDead(REFUSED)).toBeTrue();
    expect(shown.isDead(PIXEL)).toBeFalse();
  });

  it('are not declared dead by a server that cannot be reached', async () => {
    expect(await shown.recheck([UNREACHABLE])).toEqual({ asked: 1, refused: 0, answered: 0 });
    expect(shown.isDead(UNREACHABLE)).toBeFalse();
  });

  it('are known by their path', () => {
    shown.show('public/team/a.jpg', PIXEL);
    shown.show('public/team/b.jpg', REFUSED);
    expect(shown.urlsOf(['public/team/b.jpg', 'public/team/unknown.jpg'])).toEqual([REFUSED]);
  });

  it('tell why a picture did not load, until it gets another chance', async () => {
    const noPicture = '/context.html';
    expect(await shown.examine(REFUSED)).toBe('refused');
    expect(await shown.examine(noPicture)).toBe('broken');
    expect(await shown.examine(UNREACHABLE)).toBe('unreachable');
    expect(shown.failureOf(noPicture)).toBe('broken');
    shown.forgive(noPicture);
    expect(shown.failureOf(noPicture)).toBeUndefined();
    expect(shown.failureOf(REFUSED)).toBe('refused');
  });
});
