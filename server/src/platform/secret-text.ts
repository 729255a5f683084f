import { z } from 'zod';

/** A secret as an operator sets it: long, and not of a few characters only. */
export const secretText = z
  .string()
  .min(32, 'must be at least 32 characters long')
  .refine((value) => new Set(value).size >= 10, 'is too weak: use the output of `openssl rand -base64 32`');

/** Several of them, separated by commas. */
export const secretTexts = z
  .string()
  .transform((value) => {
    const parts = value.split(',').map((part) => part.trim());
    // One that somebody made up himself may have a comma in it.
    return parts.every((part) => part.length >= 32) ? parts : [value];
  })
  .pipe(z.array(secretText));
