// Draws the sample video again: `node server/src/samples/video/draw-clip.mjs`, by hand, when it is to look different.
// Chromium encodes the frames (WebCodecs), and this file puts them into a WebM that one can seek in. The result is
// committed, so that a server needs neither.
import { writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const CLIP = { width: 480, height: 270, framesPerSecond: 15, seconds: 12 };
const FRAME_MS = 1000 / CLIP.framesPerSecond;

/** Runs in the browser: draws a clock whose hand goes round once, and encodes it with a key frame each second. */
async function encodeClock({ width, height, framesPerSecond, seconds }) {
  const { OffscreenCanvas, VideoEncoder, VideoFrame, btoa } = globalThis;
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  const frames = [];
  const failures = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      frames.push({ key: chunk.type === 'key', base64: btoa(String.fromCharCode(...bytes)) });
    },
    error: (error) => failures.push(String(error)),
  });
  encoder.configure({ codec: 'vp09.00.10.08', width, height, bitrate: 90_000, framerate: framesPerSecond });
  for (let index = 0; index < framesPerSecond * seconds; index++) {
    const turn = index / (framesPerSecond * seconds);
    const [x, y, radius] = [width / 2, height / 2, height * 0.36];
    pen.fillStyle = '#11141b';
    pen.fillRect(0, 0, width, height);
    pen.lineWidth = 14;
    pen.strokeStyle = '#2f3647';
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.stroke();
    pen.strokeStyle = '#aebcff';
    pen.beginPath();
    pen.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * turn);
    pen.stroke();
    pen.fillStyle = '#e9e7e1';
    pen.font = '600 72px sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(String(Math.floor(turn * seconds)), x, y + 4);
    const frame = new VideoFrame(canvas, { timestamp: (index * 1e6) / framesPerSecond });
    encoder.encode(frame, { keyFrame: index % framesPerSecond === 0 });
    frame.close();
  }
  await encoder.flush();
  if (failures.length > 0) throw new Error(failures.join());
  return frames;
}

/** An EBML element: id, length in eight bytes, content. */
function element(id, ...content) {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(body.length));
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}

const number = (id, value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return element(id, bytes);
};
const text = (id, value) => element(id, Buffer.from(value));
const real = (id, value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
};

function block(frame, time) {
  const head = Buffer.from([0x81, 0, 0, frame.key ? 0x80 : 0]);
  head.writeInt16BE(time, 1);
  return element('a3', head, Buffer.from(frame.base64, 'base64'));
}

/** One cluster for each second, and an index of them, so that a browser can seek without reading everything. */
function webm(frames) {
  const { width, height, framesPerSecond, seconds } = CLIP;
  const clusters = Array.from({ length: seconds }, (_, second) => {
    const own = frames.slice(second * framesPerSecond, (second + 1) * framesPerSecond);
    const blocks = own.map((frame, index) => block(frame, Math.round(index * FRAME_MS)));
    return element('1f43b675', number('e7', second * 1000), ...blocks);
  });
  const info = element(
    '1549a966',
    number('2ad7b1', 1_000_000),
    real('4489', seconds * 1000),
    text('4d80', 'draw-clip'),
    text('5741', 'draw-clip'),
  );
  const video = element('e0', number('b0', width), number('ba', height));
  const track = [number('d7', 1), number('73c5', 1), number('83', 1), text('86', 'V_VP9'), video];
  const tracks = element('1654ae6b', element('ae', ...track));
  // Every number takes four bytes, so the index is as long whatever it says.
  const index = (starts) =>
    element(
      '1c53bb6b',
      ...starts.map((start, second) =>
        element('bb', number('b3', second * 1000), element('b7', number('f7', 1), number('f1', start))),
      ),
    );
  let start = info.length + tracks.length + index(clusters.map(() => 0)).length;
  const starts = clusters.map((cluster) => (start += cluster.length) - cluster.length);
  const header = element(
    '1a45dfa3',
    ...[number('4286', 1), number('42f7', 1), number('42f2', 4), number('42f3', 8)],
    ...[text('4282', 'webm'), number('4287', 2), number('4285', 2)],
  );
  return Buffer.concat([header, element('18538067', info, tracks, index(starts), ...clusters)]);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROME_BIN || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage();
  // WebCodecs wants a secure context.
  await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto('http://localhost/');
  const clip = webm(await page.evaluate(encodeClock, CLIP));
  await writeFile(new URL('clip.webm', import.meta.url), clip);
  console.log(`clip.webm: ${clip.length} bytes`);
} finally {
  await browser.close();
}
