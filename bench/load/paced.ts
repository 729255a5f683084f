import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const CONNECTIONS = 64;
const STEP_MS = 5;
/** A server that answers this many too late is not keeping the pace: what is due then is sent later. */
const MOST_OPEN = 512;

/** A load of so many POST requests a second, whatever the answers take. */
export interface PacedLoad {
  url: string;
  /** Sent in turn. */
  requests: readonly { headers: Record<string, string>; body: string }[];
  perSecond: number;
  seconds: number;
}

/**
 * @returns how many were answered, each with 200, and how long all of them took
 * @throws when one was answered anything else
 */
export async function paced(load: PacedLoad): Promise<{ answered: number; tookSeconds: number }> {
  const { url, requests, perSecond, seconds } = load;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const all = perSecond * seconds;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let sent = 0;
  let answered = 0;
  let failure: Error | undefined;
  while (answered < all && !failure) {
    const due = Math.min(all, Math.floor(elapsed() * perSecond), answered + MOST_OPEN);
    for (; sent < due; sent += 1) {
      const next = requests[sent % requests.length];
      if (!next) throw new Error('there is nothing to send');
      post(url, agent, next).then(
        () => (answered += 1),
        (error: unknown) => (failure = error as Error),
      );
    }
    await sleep(STEP_MS);
  }
  const tookSeconds = elapsed();
  agent.destroy();
  if (failure) throw failure;
  return { answered, tookSeconds };
}

function post(url: string, agent: Agent, { headers, body }: PacedLoad['requests'][number]): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
      );
      response.resume();
    });
    asked.end(body);
  });
}
