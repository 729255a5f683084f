/** What a film shows, one colour after the other. */
export interface Recording {
  readonly colours: readonly string[];
  readonly width?: number;
  readonly height?: number;
}

/** Records a real film of a canvas, as short as can be: WebM, whose file does not say how long it is. */
export async function recordedFilm({ colours, width = 64, height = 48 }: Recording): Promise<File> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm;codecs=vp8' });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start();
  // On a busy machine a colour may last longer: the next one then does too.
  let lasts = 150;
  for (const colour of colours) {
    const began = performance.now();
    while (performance.now() - began < lasts) {
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    lasts = performance.now() - began;
  }
  recorder.stop();
  await stopped;
  return new File(parts, 'film.webm', { type: 'video/webm' });
}
