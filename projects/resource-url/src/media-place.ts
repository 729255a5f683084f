/** Whether setting another `src` now would interrupt somebody. */
export function isPlaying({ paused, ended, error }: HTMLMediaElement): boolean {
  return !paused && !ended && !error;
}

/**
 * Remembers where a video or audio is. Loading another URL forgets time, rate and whether it plays; volume stays by itself.
 *
 * @returns puts them back, to be called once the metadata of the other URL are there; `undefined` before the beginning
 */
export function rememberPlace(media: HTMLMediaElement): (() => void) | undefined {
  const { currentTime, playbackRate, paused, ended, readyState } = media;
  if (paused && !readyState) return undefined;
  return () => {
    media.currentTime = currentTime;
    media.playbackRate = playbackRate;
    // `autoplay` would begin anew.
    if (paused || ended) media.pause();
    else media.play().catch(() => undefined);
  };
}
