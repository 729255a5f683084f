import { photograph } from './testing/browser.ts';
import { describeShowcase, type Visit } from './testing/showcase.ts';

/** What is asked of a video element; this program is not compiled for browsers. */
interface Film {
  currentTime: number;
  currentSrc: string;
  paused: boolean;
  playbackRate: number;
  readyState: number;
  seeking: boolean;
  play(): Promise<void>;
  pause(): void;
}

const HAVE_CURRENT_DATA = 2;

describeShowcase('The video page', (showcase) => {
  const stateOf = (visit: Visit) =>
    visit.byTestId('video').evaluate((element) => {
      const { currentTime, currentSrc, paused, playbackRate } = element as unknown as Film;
      return { currentTime, currentSrc, paused, playbackRate };
    });

  const ready = async (visit: Visit): Promise<void> => {
    const film = await visit.byTestId('video').elementHandle();
    await visit.page.waitForFunction(
      ({ film, enough }) => {
        const { readyState, seeking } = film as unknown as Film;
        return readyState >= enough && !seeking;
      },
      { film, enough: HAVE_CURRENT_DATA },
    );
  };

  /** Asks until the server's window is over and another URL is there; the first one is shown meanwhile. */
  const anotherUrl = async (visit: Visit): Promise<void> => {
    const given = Number(await visit.byTestId('url-number').textContent());
    await visit.byTestId('another-url').click();
    // The server signs the same URL for up to a quarter of its minute.
    await visit.waitForText('url-number', String(given + 1), 40_000);
  };

  const wentOn = (visit: Visit): Promise<void> =>
    visit.byTestId('video-word').filter({ hasText: 'went on at' }).waitFor();

  it('keeps place and rate when it gets another URL', async () => {
    const visit = await showcase().open('/video');
    await ready(visit);
    await visit.byTestId('video').evaluate((element) => {
      const film = element as unknown as Film;
      film.currentTime = 5;
      film.playbackRate = 0.5;
    });
    await ready(visit);
    const before = await stateOf(visit);
    await anotherUrl(visit);
    await wentOn(visit);
    await ready(visit);
    const after = await stateOf(visit);
    expect(after.currentSrc).not.toBe(before.currentSrc);
    expect(new URL(after.currentSrc).pathname).toBe('/cdn/public/videos/clip.webm');
    expect(after.currentTime).toBeCloseTo(5, 1);
    expect(after.playbackRate).toBe(0.5);
    expect(after.paused).toBeTrue();
    expect(visit.complaints).toEqual([]);
    await photograph(visit.page, 'video-another-url');
  }, 90_000);

  it('is not interrupted while it plays, and goes on with the new URL at the next pause', async () => {
    const visit = await showcase().open('/video');
    await ready(visit);
    await visit.byTestId('video').evaluate(async (element) => {
      const film = element as unknown as Film;
      // Slow enough not to come to its end meanwhile.
      film.playbackRate = 0.1;
      await film.play();
    });
    const before = await stateOf(visit);
    await anotherUrl(visit);
    await visit.byTestId('video-word').filter({ hasText: 'at the next pause' }).waitFor();
    const playing = await stateOf(visit);
    expect(playing.currentSrc).toBe(before.currentSrc);
    expect(playing.paused).toBeFalse();

    // In one step: the pause is when the new URL is taken, and time is 0 until its metadata are there.
    const pausedAt = await visit.byTestId('video').evaluate((element) => {
      const film = element as unknown as Film;
      film.pause();
      return film.currentTime;
    });
    await wentOn(visit);
    await ready(visit);
    const after = await stateOf(visit);
    expect(after.currentSrc).not.toBe(before.currentSrc);
    expect(after.currentTime).toBeCloseTo(pausedAt, 1);
    expect(visit.complaints).toEqual([]);
  }, 90_000);

  it('plays from a direct path in development mode, and can be sought in', async () => {
    const visit = await showcase().open('/video?mode=development');
    await ready(visit);
    await visit.byTestId('video').evaluate((element) => {
      (element as unknown as Film).currentTime = 9;
    });
    await ready(visit);
    const { currentTime, currentSrc } = await stateOf(visit);
    expect(currentTime).toBeCloseTo(9, 1);
    expect(new URL(currentSrc).pathname).toBe('/assets/deployed/videos/clip.webm');
    expect(visit.signRequests).toEqual([]);
  }, 60_000);

  it('says that the video is gone once its owner is revoked', async () => {
    const { server } = showcase();
    const admin = await server.signIn('admin');
    await server.post('/api/owners/grace/revoke', {}, admin);
    const visit = await showcase().open('/video');
    await visit.byTestId('video-gone').filter({ hasText: 'revoked' }).waitFor();
    await server.post('/api/owners/grace/reinstate', {}, admin);
    await visit.byTestId('video-gone').locator('button').click();
    await ready(visit);
    expect(await visit.byTestId('video-gone').count()).toBe(0);
  }, 60_000);
});
