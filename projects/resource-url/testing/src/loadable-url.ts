/** One transparent pixel. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** A moment of silence, which `<video>` plays as well as `<audio>`. */
const SOUND = 'data:audio/wav;base64,UklGRigAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQQAAACAgICA';

const MEDIA_FILE = /\.(?:mp4|m4v|webm|og[gv]|mov|mp3|m4a|aac|flac|opus|wav)$/i;

/**
 * A URL that a browser loads without a request, so that no picture of a test fires `error`, and that ends with the
 * path, so that a test can read what it stands for.
 *
 * @param path e.g. `public/team/avatar-2.jpg`
 */
export function loadableUrl(path: string): string {
  const file = MEDIA_FILE.test(path) ? SOUND : PICTURE;
  return `${file}#${path.split('/').map(encodeURIComponent).join('/')}`;
}
