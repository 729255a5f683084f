import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayAnswers } from './erasure.ts';

/** A URL that worked, without its address. */
export interface LiveUrl {
  /** Path and query below the delivery address: a secret as long as it works. */
  target: string;
  /** Of the gateways that delivered it, their places in the list. */
  workedAt: number[];
}

/** What a gateway said. `unanswered`: nothing that would prove anything. */
export type ProbeAnswer = 'delivered' | 'refused' | 'unanswered';

/** What probing needs. */
export interface LiveProbesOptions {
  /** Delivery addresses, each with its prefix and without a trailing slash; the public one first. */
  gateways: readonly string[];
  /** Tries for what is not answered. Default 4. */
  attempts?: number;
  /** Between two of them, milliseconds. Default 400. */
  pauseMs?: number;
}

const PATIENCE_MS = 5_000;
const DELIVERED = new Set([200, 206, 304]);
const REFUSED = new Set([403, 404, 410]);

/** Fetches signed URLs as anybody would, at every gateway that is known. */
export class LiveProbes {
  readonly #options: Required<LiveProbesOptions>;

  constructor(options: LiveProbesOptions) {
    this.#options = { attempts: 4, pauseMs: 400, ...options };
  }

  get gateways(): readonly string[] {
    return this.#options.gateways;
  }

  /** @returns those that some gateway delivered */
  async before(targets: readonly string[], signal: AbortSignal): Promise<LiveUrl[]> {
    const urls: LiveUrl[] = targets.map((target) => ({ target, workedAt: [] }));
    for (const [index, gateway] of this.gateways.entries()) {
      for (const url of urls) {
        const answer = await this.#ask(gateway + url.target, 'delivered', signal);
        if (answer === 'delivered') url.workedAt.push(index);
        // One that does not answer at all would hold up everybody else for each URL again.
        if (answer === 'unanswered') break;
      }
    }
    return urls.filter(({ workedAt }) => workedAt.length > 0);
  }

  /** @returns for each gateway what it said to what it delivered before; `delivered` counts what is still served */
  async after(
    urls: readonly LiveUrl[],
    signal: AbortSignal,
  ): Promise<(GatewayAnswers & { delivered: number })[]> {
    const answers = [];
    for (const [index, address] of this.gateways.entries()) {
      const known = urls.filter(({ workedAt }) => workedAt.includes(index));
      const said: Record<ProbeAnswer, number> = { delivered: 0, refused: 0, unanswered: 0 };
      for (const { target } of known) {
        // Who was silent once is not asked again for every URL.
        const answer =
          said.unanswered > 0 ? 'unanswered' : await this.#ask(address + target, 'refused', signal);
        said[answer] += 1;
      }
      answers.push({ address, worked: known.length, ...said });
    }
    return answers;
  }

  /** Asks again while the answer is not the one that is expected and may become it. */
  async #ask(url: string, wanted: ProbeAnswer, signal: AbortSignal): Promise<ProbeAnswer> {
    const { attempts, pauseMs } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const answer = await statusOf(url);
      if (answer === wanted || answer === 'delivered' || attempt === attempts) return answer;
      // A server that goes on with an erasure at its start does not listen yet.
      await sleep(pauseMs);
    }
  }
}

async function statusOf(url: string): Promise<ProbeAnswer> {
  try {
    const response = await fetch(url, {
      headers: { range: 'bytes=0-0' },
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    if (DELIVERED.has(response.status)) return 'delivered';
    return REFUSED.has(response.status) ? 'refused' : 'unanswered';
  } catch {
    // The error would name the URL.
    return 'unanswered';
  }
}
