import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import type { Settling } from './receipts.ts';

const RECEIPT_WAIT_MS = 5000;

/** Of a receipt, as every call answers it that ends something. */
export const receiptSchema = z
  .object({
    epoch: z.number().int(),
    effectiveAt: z.iso.datetime(),
    acknowledged: z.array(z.string()),
    lapsed: z.array(z.string()),
    notCovered: z.array(z.string()),
    waitedMs: z.number(),
    mode: z.enum(['early', 'fallback']),
  })
  .meta({ id: 'Receipt' });

/** Of what is answered while holders take longer than a caller wants to wait. */
export const pendingSchema = z
  .object({
    epoch: z.number().int(),
    status: z.literal('pending'),
    code: z.string().optional().describe('What the receipt waits for, when it is not holders'),
    detail: z.string().optional(),
  })
  .meta({ id: 'PendingReceipt' });

/** The good answers of a call that ends something. */
export const receiptResponses = {
  200: { description: 'No holder serves the old URLs any more: the receipt', schema: receiptSchema },
  202: {
    description: 'Committed; not every holder is known to have stopped',
    schema: pendingSchema,
    headers: { Location: 'Where the receipt will be' },
  },
};

/** 200 with the receipt, or 202 with where to ask when holders take longer than a caller wants to wait. */
export async function answerReceipt(
  request: Request,
  response: Response,
  { epoch, receipt }: Settling,
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, RECEIPT_WAIT_MS)));
  // The change has committed, so an error here only means that nobody knows yet who has stopped.
  const waitsFor = (error: unknown): Problem | undefined => (error instanceof Problem ? error : undefined);
  const settled = await Promise.race([receipt.catch(waitsFor), late]);
  clearTimeout(timer);
  if (settled && !(settled instanceof Problem)) return settled;
  response.status(202).location(`${request.baseUrl}/receipts/${epoch}`);
  return { epoch, status: 'pending', ...(settled ? { code: settled.code, detail: settled.detail } : {}) };
}
