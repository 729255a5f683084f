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

/** That no picture can be made, and for how long that is told again without another try, seconds. */
export type DerivativeImpossible = Problem & { readonly rememberSeconds: number };

/** 422 `derivative-impossible`. */
export const derivativeImpossible = (why: string, rememberSeconds: number): DerivativeImpossible =>
  Object.assign(
    new Problem(422, 'derivative-impossible', 'No smaller picture can be made of this one', why),
    { rememberSeconds },
  );

/** Whether it is one of `derivativeImpossible`. */
export const isImpossible = (error: unknown): error is DerivativeImpossible =>
  error instanceof Problem && 'rememberSeconds' in error;

/** 503 `derivatives-busy`. @param why in one sentence that may be told to anybody */
export const derivativesBusy = (why: string): Problem =>
  new Problem(
    503,
    'derivatives-busy',
    'This server makes as many pictures as it may at once',
    `${why} Ask again in a few seconds.`,
    { 'Retry-After': '3' },
  );

/** 501 `derivatives-off`. */
export const derivativesOff = (why: string): Problem =>
  new Problem(501, 'derivatives-off', 'This server makes no smaller pictures', why);

/** 422 `not-a-film`. */
export const notAFilm = (contentType: string): Problem =>
  new Problem(422, 'not-a-film', 'Only films have a poster', `The resource is ${contentType}.`);
