// Jasmine in a headless Chromium. CHROME_BIN wins, else Debian's chromium.
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

if (!process.env.CHROME_BIN && existsSync('/usr/bin/chromium')) {
  process.env.CHROME_BIN = '/usr/bin/chromium';
}

/** Writes `{passed, failed, skipped}` to the file TEST_COUNTS names, so that `npm test` can add them up. */
function countsReporter() {
  this.onRunComplete = (browsers, results) => {
    const file = process.env.TEST_COUNTS;
    if (!file) return;
    let skipped = 0;
    browsers.forEach((browser) => (skipped += browser.lastResult.skipped));
    const { success: passed, failed, error, disconnected } = results;
    writeFileSync(
      file,
      JSON.stringify({ passed, failed: failed + (error || disconnected ? 1 : 0), skipped }),
    );
  };
}

export default (config) =>
  config.set({
    frameworks: ['jasmine'],
    client: {
      jasmine: {
        random: true,
        timeoutInterval: 30_000,
        ...(process.env.SEED ? { seed: process.env.SEED } : {}),
      },
    },
    plugins: [
      require('karma-jasmine'),
      require('karma-chrome-launcher'),
      require('karma-coverage'),
      { 'reporter:counts': ['type', countsReporter] },
    ],
    browsers: ['HeadlessChromium'],
    customLaunchers: {
      HeadlessChromium: {
        base: 'ChromeHeadless',
        flags: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      },
    },
    reporters: ['dots', 'counts'],
    // Of `ng test resource-url --code-coverage`; what is missing is in the table's last column.
    coverageReporter: {
      dir: 'coverage',
      subdir: '.',
      reporters: [{ type: 'text' }],
      check: { global: { lines: 95 } },
    },
    hostname: '127.0.0.1',
    listenAddress: '127.0.0.1',
  });
