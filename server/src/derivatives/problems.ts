import { Problem } from '../platform/problem.ts';

/** 422 `no-pictures`. */
export const noPictures = (): Problem =>
  new Problem(
    422,
    'no-pictures',
    'There are no smaller pictures of this resource',
    'They are made of JPEG, PNG, WebP, AVIF and GIF, and of the posters of films. Sign it without width.',
  );

/** 404 `poster-missing`. */
export const posterMissing = (): Problem =>
  new Problem(
    404,
    'poster-missing',
    'The film has no poster',
    'Its owner sends one with PUT /resources/{id}/poster.',
  );

/** 422 `derivative-impossible`: told again for a day without another try. */
export const derivativeImpossible = (why: string): Problem =>
  new Problem(422, 'derivative-impossible', 'No smaller picture can be made of this one', why);

/** 503 `derivatives-busy`. */
export const derivativesBusy = (): Problem =>
  new Problem(
    503,
    'derivatives-busy',
    'This server makes as many pictures as it may at once',
    'Ask again in a few seconds.',
    { 'Retry-After': '3' },
  );

/** 501 `derivatives-off`. */
export const derivativesOff = (why: string): Problem =>
  new Problem(501, 'derivatives-off', 'This server makes no smaller pictures', why);

/** 422 `not-a-film`. */
export const notAFilm = (contentType: string): Problem =>
  new Problem(422, 'not-a-film', 'Only films have a poster', `The resource is ${contentType}.`);
