/** Takes something back that was to happen. */
export type Cancel = () => undefined;

/** Tells the time, and runs something later. Nothing in `core` looks at any other clock. */
export interface Clock {
  /** The server's wall time in milliseconds since 1970, as far as it is known: expiries are written in it. */
  now(): number;
  /**
   * Runs something once, not before `ms` milliseconds have gone by (also by sleep), and only while somebody may look
   * at the page: a hidden one makes no traffic.
   */
  after(ms: number, run: () => void): Cancel;
}
