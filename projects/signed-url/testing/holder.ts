import type { KeyObject } from 'node:crypto';
import { expiryRefusal, importKey, parseSignedTarget, verifyUrl } from '../src/index.ts';
import * as web from '../src/web.ts';
import type { Check, Outcome } from '../scripts/vectors/check.ts';
import type { CheckVectors } from '../scripts/vectors/checks.ts';

/** What a holder found out about one target. */
export interface Verdict {
  outcome: Outcome;
  path?: string;
  dl?: string | undefined;
}

type Holder = CheckVectors['holder'];

/** The three steps of a holder, in their order, with node:crypto. */
export function judge(holder: Holder, { target, now }: Pick<Check, 'target' | 'now'>): Verdict {
  const parsed = parseSignedTarget(target, holder);
  if (!parsed.ok) return { outcome: parsed.reason };
  const key: KeyObject = importKey(Buffer.from(holder.key, 'hex'));
  return conclude(verifyUrl(key, holder.authority, parsed.url), parsed.url, now, holder);
}

/** The three steps of a holder, in their order, with WebCrypto. */
export async function judgeOnTheWeb(
  holder: Holder,
  { target, now }: Pick<Check, 'target' | 'now'>,
): Promise<Verdict> {
  const parsed = web.parseSignedTarget(target, holder);
  if (!parsed.ok) return { outcome: parsed.reason };
  const key = await web.importKey(Buffer.from(holder.key, 'hex'));
  return conclude(await web.verifyUrl(key, holder.authority, parsed.url), parsed.url, now, holder);
}

function conclude(holds: boolean, url: web.ParsedUrl, now: number, holder: Holder): Verdict {
  if (!holds) return { outcome: 'signature' };
  const refusal = expiryRefusal(url.exp, now, holder.maxTtlSeconds);
  return refusal ? { outcome: refusal } : { outcome: 'accepted', path: url.path, dl: url.dl };
}
