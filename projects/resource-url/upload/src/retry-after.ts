/**
 * Reads `Retry-After`, in either of its forms (RFC 9110, 10.2.3).
 *
 * @param now wall time in milliseconds
 * @returns seconds
 */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
