import type { Page } from 'playwright-core';

/**
 * For `addInitScript`: the wall clock of a page, ahead by what `moveClock` said last. It jumps as after a sleep: timers
 * and `performance.now()` know nothing of it, and a page that lies in the back/forward cache finds it when it returns.
 */
export const MOVABLE_CLOCK = `
  const RealDate = Date;
  const ahead = () => Number(localStorage.getItem('ahead') ?? 0);
  globalThis.Date = class extends RealDate {
    constructor(...when) {
      super(...(when.length > 0 ? when : [RealDate.now() + ahead()]));
    }
    static now() {
      return RealDate.now() + ahead();
    }
  };`;

/** Moves the clock of this page and all others of its origin. @param ahead of the real time, milliseconds */
export async function moveClock(page: Page, ahead: number): Promise<void> {
  await page.evaluate(`localStorage.setItem('ahead', '${ahead}')`);
}
