import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { samplePhoto } from '../testing/sample-photos.ts';
import { TeamPhotos } from './team-photos.ts';

const FIRST_PAGE = '/api/resources?prefix=public/team/&limit=50';
const photo = (number: number) => samplePhoto({ path: `public/team/avatar-${number}.jpg` });

describe('the photos of the team', () => {
  let team: TeamPhotos;
  let server: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [TeamPhotos, provideHttpClient(), provideHttpClientTesting()],
    });
    team = TestBed.inject(TeamPhotos);
    server = TestBed.inject(HttpTestingController);
  });

  afterEach(() => server.verify());

  const paths = () => team.photos().map(({ path }) => path);

  it('come page by page until there are no more', async () => {
    const first = team.load();
    server.expectOne(FIRST_PAGE).flush({ items: [photo(1)], nextCursor: 'abc', total: 2 });
    await first;
    expect(team.hasMore()).toBeTrue();
    const second = team.load();
    server.expectOne(`${FIRST_PAGE}&cursor=abc`).flush({ items: [photo(2)], nextCursor: null, total: 2 });
    await second;
    expect(paths()).toEqual(['public/team/avatar-1.jpg', 'public/team/avatar-2.jpg']);
    expect(team.hasMore()).toBeFalse();
  });

  it('do not show an upload twice when a later page lists it as well', async () => {
    const first = team.load();
    server.expectOne(FIRST_PAGE).flush({ items: [photo(1)], nextCursor: 'abc', total: 2 });
    await first;
    team.add(photo(3));
    const second = team.load();
    server
      .expectOne(`${FIRST_PAGE}&cursor=abc`)
      .flush({ items: [photo(2), photo(3)], nextCursor: null, total: 3 });
    await second;
    expect(paths()).toEqual([3, 1, 2].map((number) => `public/team/avatar-${number}.jpg`));
  });

  it('stay when the next page fails, which can be asked for again', async () => {
    const first = team.load();
    server.expectOne(FIRST_PAGE).flush({ items: [photo(1)], nextCursor: 'abc', total: 2 });
    await first;
    const failed = team.load();
    server
      .expectOne(`${FIRST_PAGE}&cursor=abc`)
      .flush(
        { title: 'Database', detail: 'It does not answer.' },
        { status: 503, statusText: 'Unavailable' },
      );
    await failed;
    expect(team.problem()?.detail).toBe('It does not answer.');
    expect(paths().length).toBe(1);
    const again = team.load();
    server.expectOne(`${FIRST_PAGE}&cursor=abc`).flush({ items: [photo(2)], nextCursor: null, total: 2 });
    await again;
    expect(team.problem()).toBeUndefined();
    expect(paths().length).toBe(2);
  });
});
