import { DEFAULT_BACKOFF, type Backoff } from './core/backoff.ts';
import { BUILT_IN_KINDS } from './core/built-in-kinds.ts';
import { readReference } from './core/delivery-origin.ts';
import { fillTemplate, placeholders } from './core/path-template.ts';
import type { KindDefinition } from './core/resource-ref.ts';
import type { ResourceUrlConfig } from './resource-url-config.ts';

/** @throws Error when the configuration contradicts itself or lacks something; the message says what to write. */
export function checkConfig(config: ResourceUrlConfig): void {
  const { mode, api, assets, deliveryOrigins = [], fallback, kinds = {}, serverRendering } = config;
  if (mode !== undefined && mode !== 'development' && mode !== 'production') {
    reject(`mode is neither. Write mode: 'development' or mode: 'production', or leave it out.`);
  }
  if (typeof api !== 'string' || !/[^/]/.test(api) || !isBase(api)) {
    reject(
      `api must be where the signing API is. Write api: '/api/resources' or api: 'https://api.example.com/api/resources'.`,
    );
  }
  if (/\/sign(\/batch)?\/*$/.test(api)) {
    reject(
      `api names the sign call itself, which is added to it. Write api: '${api.replace(/\/sign(\/batch)?\/*$/, '')}'.`,
    );
  }
  if (assets !== undefined && !isBase(assets)) {
    reject(`assets must be a base path or URL. Write assets: '/assets/deployed'.`);
  }
  deliveryOrigins.forEach(checkDeliveryOrigin);
  if (fallback !== undefined) checkFallback(fallback, deliveryOrigins);
  if (serverRendering !== undefined && serverRendering !== 'defer' && serverRendering !== 'sign') {
    reject(`serverRendering is neither. Write serverRendering: 'sign', or leave it out.`);
  }
  checkBackoff({ ...DEFAULT_BACKOFF, ...config.retry, ...config.breaker });
  for (const [kind, definition] of Object.entries<KindDefinition>(kinds)) checkKind(kind, definition);
}

/** Whoever waits is told after eight seconds at the latest; jitter adds a quarter. */
const LONGEST_DELAY_MS = 6_400;

function checkBackoff({ retries, firstDelayMs, failures, probeMs }: Backoff): void {
  if (!isWhole(retries, 0, 10)) reject(`retry.retries must be 0 to 10. Write retry: { retries: 3 }.`);
  if (!isWhole(firstDelayMs, 100, LONGEST_DELAY_MS)) {
    reject(`retry.firstDelayMs must be 100 to ${LONGEST_DELAY_MS}. Write retry: { firstDelayMs: 1000 }.`);
  }
  if (retries > 0 && firstDelayMs * 2 ** (retries - 1) > LONGEST_DELAY_MS) {
    reject(
      `retry waits longer than ${LONGEST_DELAY_MS} ms before the last attempt, since each delay is twice the one before. Write retry: { retries: 3, firstDelayMs: 1000 }.`,
    );
  }
  if (!isWhole(failures, 1, 100) || failures <= retries) {
    reject(`breaker.failures must be more than retry.retries. Write breaker: { failures: ${retries + 2} }.`);
  }
  if (!isWhole(probeMs, 1_000, 3_600_000)) {
    reject(`breaker.probeMs must be 1000 to 3600000. Write breaker: { probeMs: 30000 }.`);
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function checkDeliveryOrigin(url: string, index: number): void {
  if (!/^https?:/i.test(url) || !isBase(url)) {
    reject(`deliveryOrigins[${index}] is no URL. Write deliveryOrigins: ['https://cdn.example.com'].`);
  }
  const { href } = new URL(url);
  if (withoutSlashes(href) !== withoutSlashes(url)) {
    reject(`deliveryOrigins[${index}] is not how browsers write it. Write '${withoutSlashes(href)}'.`);
  }
}

function checkFallback(fallback: string, deliveryOrigins: readonly string[]): void {
  if (fallback === '' || /^(?!https?:|data:)[a-z][a-z\d+.-]*:/i.test(fallback)) {
    reject(`fallback must be the URL of a file. Write fallback: '/assets/nobody.svg', or leave it out.`);
  }
  if (readReference(fallback, deliveryOrigins.map(withoutSlashes)).path) {
    reject(
      `fallback is on a delivery origin and would need a signature itself. Write fallback: '/assets/nobody.svg'.`,
    );
  }
}

function checkKind(kind: string, definition: KindDefinition): void {
  const { development, production, reason, expiryMinutes } = definition;
  const names = new Set(placeholders(production));
  if (!/^\w+$/.test(kind))
    reject(`the kind "${kind}" has no name of letters and digits. Write kinds: { posterPhoto: ... }.`);
  for (const [field, template] of Object.entries({ production, development })) {
    const sample = Object.fromEntries(placeholders(template).map((name) => [name, 'x']));
    try {
      if (!/^[^{}]*$/.test(fillTemplate(template, sample, undefined))) throw new Error('braces');
    } catch {
      const example = BUILT_IN_KINDS['document'];
      reject(
        `kinds.${kind}.${field} is no path template. Write ${field}: '${example?.[field as 'production'] ?? ''}' or the like.`,
      );
    }
    const unknown = Object.keys(sample).find((name) => !names.has(name));
    if (unknown) {
      reject(
        `kinds.${kind}.${field} uses {${unknown}}, which production does not. Write it into production too.`,
      );
    }
  }
  if (typeof reason !== 'string' || !/^[\w.:-]{1,100}$/.test(reason)) {
    reject(
      `kinds.${kind}.reason must be up to 100 letters, digits and _ . : - for the audit. Write reason: 'product_photo' or the like.`,
    );
  }
  if (
    expiryMinutes !== undefined &&
    !(Number.isInteger(expiryMinutes) && expiryMinutes > 0 && expiryMinutes <= 10_080)
  ) {
    reject(
      `kinds.${kind}.expiryMinutes must be 1 to 10080 whole minutes. Write expiryMinutes: 60, or leave it to the server.`,
    );
  }
}

/** A path or an http(s) URL to which a path can be added. */
function isBase(url: string): boolean {
  const absolute = /^[a-z][a-z\d+.-]*:/i.test(url);
  return !/[?#\\\s]|^\/\//.test(url) && (!absolute || (/^https?:\/\//i.test(url) && URL.canParse(url)));
}

function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, '');
}

function reject(problem: string): never {
  throw new Error(`provideResourceUrls: ${problem}`);
}
