import { z } from 'zod';
import { LATEST_YEARS } from './departure.ts';

const ownerId = z.string().min(1).max(255);
const YEAR_MS = 366 * 86_400_000;

/** Who leaves, when, and who gets what. */
export const departureFields = z
  .strictObject({
    owner: ownerId.describe('Who leaves'),
    at: z.iso
      .datetime({
        offset: true,
        error: 'write date and time with the offset, e.g. 2026-12-31T18:00:00+01:00',
      })
      .refine(
        (at) => Date.parse(at) < Date.now() + LATEST_YEARS * YEAR_MS,
        `more than ${LATEST_YEARS} years away`,
      )
      .optional()
      .describe('From when on; absent or past: now'),
    transfer: z
      .strictObject({
        to: ownerId.describe('Owner who gets the documents'),
        prefix: z
          .string()
          .min(1)
          .max(1024)
          .optional()
          .describe("Only paths that begin with it; absent: all but the leaver's own folder"),
      })
      .optional()
      .describe('What stays with the company; it moves before the keys are destroyed'),
    reason: z.string().trim().min(1).max(200).optional().describe('Why, for the audit'),
  })
  .meta({ id: 'DepartureOrder' });

export type DepartureFields = z.output<typeof departureFields>;
