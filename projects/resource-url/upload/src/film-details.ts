/** What a browser finds in a film, and a server without a video decoder cannot. */
export interface FilmDetails {
  /** A picture of the film: JPEG, at most 1280 pixels wide. */
  readonly poster: Blob;
  /** Length of the film, whole milliseconds, 1 or more. */
  readonly durationMs: number;
}

/** What `filmDetails` takes. */
export interface FilmDetailsOptions {
  /** How long it may take, milliseconds. Left out: 15 000. */
  readonly timeLimitMs?: number;
  /** Ends it, with nothing found, when it is aborted. */
  readonly signal?: AbortSignal;
}

const WIDEST = 1280;
const QUALITY = 0.85;
/** Where a picture is looked for, as parts of the length: films often begin in black. */
const MOMENTS = [0.1, 0.3, 0.6];
/** What counts as black: nothing in the picture is brighter, of 255. */
const DARK = 24;
/** Seconds; later than any film ends. */
const AFTER_THE_END = 1e7;

/**
 * Takes a picture out of a film and measures its length, as far as this browser plays it. The picture is one at a tenth
 * of the length, or a later one where that is black. The browser decodes the film beside the page, and reads from the
 * file no more than it needs.
 *
 * ```ts
 * const details = await filmDetails(file);
 * const preview = details && URL.createObjectURL(details.poster);
 * ```
 *
 * A Content-Security-Policy must allow `media-src blob:` for it.
 *
 * @param file the film, e.g. of a file picker
 * @returns nothing where this browser cannot play the film, where it has no picture or no end, when the time is up, and
 *   on a server; the promise never rejects
 */
export async function filmDetails(
  file: Blob,
  { timeLimitMs = 15_000, signal }: FilmDetailsOptions = {},
): Promise<FilmDetails | undefined> {
  if (typeof document === 'undefined' || signal?.aborted) return undefined;
  const video = document.createElement('video');
  const url = URL.createObjectURL(file);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const timer = setTimeout(end, timeLimitMs);
  video.addEventListener('error', end, { signal: ended.signal });
  signal?.addEventListener('abort', end, { signal: ended.signal });
  try {
    video.muted = video.playsInline = true;
    video.preload = 'auto';
    video.src = url;
    await told(video, 'loadeddata', ended.signal);
    const seconds = await lengthOf(video, ended.signal);
    const durationMs = Math.round(seconds * 1000);
    const poster = durationMs > 0 ? await pictureOf(video, seconds, ended.signal) : undefined;
    return poster && { poster, durationMs };
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    end();
    // Else the browser may keep the decoder and the file until it collects the element.
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

/** @returns when the event comes; rejects when everything has ended before */
function told(video: HTMLVideoElement, event: string, ended: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ended.throwIfAborted();
    ended.addEventListener('abort', () => reject(new Error(`no ${event}`)), { once: true });
    video.addEventListener(event, resolve, { once: true, signal: ended });
  });
}

async function seek(video: HTMLVideoElement, seconds: number, ended: AbortSignal): Promise<void> {
  const arrived = told(video, 'seeked', ended);
  video.currentTime = seconds;
  await arrived;
}

/** @returns seconds; of a recording whose file does not say it, where its end is found */
async function lengthOf(video: HTMLVideoElement, ended: AbortSignal): Promise<number> {
  if (video.duration === Infinity) await seek(video, AFTER_THE_END, ended);
  return Number.isFinite(video.duration) ? video.duration : 0;
}

async function pictureOf(
  video: HTMLVideoElement,
  seconds: number,
  ended: AbortSignal,
): Promise<Blob | undefined> {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, WIDEST / videoWidth);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.max(1, Math.round(videoHeight * scale));
  const context = canvas.getContext('2d');
  if (!context || canvas.width === 0) return undefined;
  for (const moment of MOMENTS) {
    await seek(video, seconds * moment, ended);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    if (!isDark(canvas)) break;
  }
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  // A browser that writes no JPEG gives PNG, which is far larger.
  return blob?.type === 'image/jpeg' ? blob : undefined;
}

/** Looks at a small copy: a whole picture is millions of bytes. */
function isDark(picture: HTMLCanvasElement): boolean {
  const size = 16;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return false;
  context.drawImage(picture, 0, 0, size, size);
  return context.getImageData(0, 0, size, size).data.every((value, at) => at % 4 === 3 || value <= DARK);
}
