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

  for (const playing of [false, true]) {
    it(`keeps place and rate when it gets another URL, ${playing ? 'playing' : 'paused'}`, async () => {
      const visit = await showcase().open('/video');
      await ready(visit);
      await visit.byTestId('video').evaluate(async (element, play) => {
        const film = element as unknown as Film;
        film.currentTime = 5;
        film.playbackRate = 0.25;
        if (play) await film.play();
      }, playing);
      await ready(visit);
      const before = await stateOf(visit);

      await visit.byTestId('another-url').click();
      // The server signs the same URL for up to a quarter of its minute.
      await visit.waitForText('url-number', '2', 40_000);
      await visit.byTestId('video-word').filter({ hasText: 'went on at' }).waitFor();
      await ready(visit);
      const after = await stateOf(visit);
      expect(after.currentSrc).not.toBe(before.currentSrc);
      expect(new URL(after.currentSrc).pathname).toBe('/cdn/public/videos/clip.webm');
      expect(after.playbackRate).toBe(0.25);
      expect(after.paused).toBe(!playing);
      if (playing) {
        // Less than ten seconds of film go by in forty at this rate.
        expect(after.currentTime).toBeGreaterThanOrEqual(before.currentTime);
      } else {
        expect(after.currentTime).toBeCloseTo(5, 1);
      }
      expect(visit.complaints).toEqual([]);
      await photograph(visit.page, `video-${playing ? 'playing' : 'paused'}`);
    }, 90_000);
  }

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
