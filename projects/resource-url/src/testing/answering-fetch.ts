import type { SignRequest } from '../core/wire-types.ts';

/**
 * Stands in for the network below HttpClient, whose own backend runs: answers sign requests, or with a status while
 * there is one.
 */
export function answeringFetch() {
  const network = { status: 200, requests: 0 };
  spyOn(globalThis, 'fetch').and.callFake(async (_url, init) => {
    network.requests += 1;
    const { resources } = JSON.parse(init?.body as string) as { resources: SignRequest[] };
    const results = resources.map(({ path }) => ({
      url: `https://cdn.example.com/${path}?sig=${network.requests}`,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      signatureId: `sig_${network.requests}`,
    }));
    return new Response(JSON.stringify({ results }), {
      status: network.status,
      headers: { 'Content-Type': 'application/json' },
    });
  });
  return network;
}
