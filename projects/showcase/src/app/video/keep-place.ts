/**
 * Gives a video another URL of the same film: time, rate and whether it plays stay as they are.
 *
 * @param video shows the old URL, or none yet
 * @param kept called when the place is found again, with the seconds
 */
export function changeUrl(video: HTMLVideoElement, url: string, kept: (seconds: number) => void): void {
  const { currentTime, paused, playbackRate } = video;
  const first = !video.hasAttribute('src');
  video.src = url;
  if (first) return;
  const found = () => {
    video.currentTime = currentTime;
    video.playbackRate = playbackRate;
    if (!paused) void video.play();
    kept(currentTime);
  };
  video.addEventListener('loadedmetadata', found, { once: true });
}
