import { SchematicsException } from '@angular-devkit/schematics';

/** What `ng add @countersign/angular` takes; schema.json describes it for people. */
export interface NgAddOptions {
  readonly project?: string;
  readonly api?: string;
  readonly deliveryOrigin?: string;
  readonly proxy?: string;
}

/** The options, checked, with every default filled in. */
export interface CheckedOptions {
  readonly api: string;
  readonly deliveryOrigin: string | undefined;
  /** Origin of the server. */
  readonly proxy: string | undefined;
}

/** @throws SchematicsException that says what to write instead */
export function checkOptions({
  api = '/api/resources',
  deliveryOrigin,
  proxy,
}: NgAddOptions): CheckedOptions {
  if (/\/sign(\/batch)?\/*$/.test(api)) {
    const base = api.replace(/\/sign(\/batch)?\/*$/, '');
    throw new SchematicsException(
      `--api names the sign call itself, which is added to it. Write --api ${base}`,
    );
  }
  if (deliveryOrigin !== undefined && httpUrl(deliveryOrigin) === undefined) {
    throw new SchematicsException(
      '--delivery-origin is no URL. Write --delivery-origin https://cdn.example.com or the like.',
    );
  }
  const server = proxy === undefined ? undefined : httpUrl(proxy);
  if (proxy !== undefined && server?.pathname !== '/') {
    throw new SchematicsException(
      '--proxy must be the origin of a Countersign server. Write --proxy http://127.0.0.1:3000 or the like.',
    );
  }
  return { api, deliveryOrigin, proxy: server?.origin };
}

/** An `http(s)` URL to which a path can be added. */
function httpUrl(text: string): URL | undefined {
  return /^https?:\/\/[^?#\s\\]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
