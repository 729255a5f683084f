import { z } from 'zod';
import { receiptResponses, receiptSchema } from './answer-receipt.ts';

/** What would end, if the same call was made without `dryRun`. */
export interface Preview {
  dryRun: true;
  /** Resources whose old URLs would be dead. */
  resources: number;
  /** URLs that were issued, have not expired and would be dead; some may be dead already, for another reason. */
  urls: number;
}

/** Strict: a misspelt `dryRun` must not end anything. */
export const dryRunQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: count what would end, and change nothing'),
});

/** Of what a dry run answers. */
export const previewSchema = z
  .object({
    dryRun: z.literal(true),
    resources: z.int().describe('Whose old URLs would be dead'),
    urls: z.int().describe('Issued, not expired, and dead then; some may be dead already for another reason'),
  })
  .meta({ id: 'RevocationPreview' });

/** The good answers of a call that ends something, or counts what it would end. */
export const endingResponses = {
  ...receiptResponses,
  200: {
    description: 'No holder serves the old URLs any more: the receipt. With `dryRun`: what would end',
    schema: z.union([receiptSchema, previewSchema]).meta({ id: 'Ending' }),
  },
};
