import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';

const ARTIFACTS = fileURLToPath(new URL('../artifacts/', import.meta.url));
/** What Playwright switches off; of two such lists on a command line the last counts alone. A spec compares. */
const SWITCHED_OFF_BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
];
/** Two pages behind the address bar that nobody sees and a spare process, for each window: a third of what a page costs. */
const UNSEEN = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'SpareRendererForSitePerProcess',
];
export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[...SWITCHED_OFF_BY_PLAYWRIGHT, ...UNSEEN].join(',')}`,
];

/** The browser of this machine; undefined: there is none, and such specs are pending. */
export const browserPath: string | undefined = [process.env['CHROME_BIN'], '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);

/**
 * Starts a real, empty Chromium without a window.
 *
 * @param backForwardCache pages that one leaves may wait for one's return, as in the browser of a person
 */
export function openBrowser({ backForwardCache = false } = {}): Promise<Browser> {
  if (!browserPath) throw new Error('needs chromium');
  return chromium.launch({
    executablePath: browserPath,
    args: [...FLAGS],
    ignoreDefaultArgs: backForwardCache ? ['--disable-back-forward-cache'] : [],
  });
}

/** Keeps a picture of the page for a person to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: `${ARTIFACTS}${name}.png` });
}
