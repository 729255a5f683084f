import { Router, type RequestHandler } from 'express';
import { pino, type Logger } from 'pino';
import { assemble, type Assembly } from './assembly.ts';
import { checkedConfig, type CheckedConfig, type CountersignConfig } from './countersign-config.ts';
import { lockDataFolder } from './platform/instance-lock.ts';
import { requireNode } from './platform/node-version.ts';
import { problemHandler } from './platform/problem-handler.ts';
import { Problem } from './platform/problem.ts';
import { countersignRouter } from './router.ts';

export type { CountersignConfig } from './countersign-config.ts';

/** A running Countersign. */
export interface Countersign {
  /** Mount it at the root of an Express 5 app: it answers `/api`, `/cdn` and `/health`, and passes on the rest. */
  router: Router;
  /** Settles when requests can be answered; rejects with a StartError that says what to change. */
  ready: Promise<void>;
  /** Commits what is under way, ends open deliveries and gives the lease back. */
  close(): Promise<void>;
}

/** 503 `not-started`: the server could not start; its log says why. */
const notStarted = (): Problem =>
  new Problem(503, 'not-started', 'The server could not start', 'Its log says why.', { 'Retry-After': '5' });

/**
 * The whole signing backend as one router for somebody's own Express app. Requests that arrive before it is ready
 * wait for it.
 *
 * @throws StartError that names the setting that is not valid, or the versions of Node that do
 */
export function countersign(config: CountersignConfig, log: Logger = pino()): Countersign {
  requireNode();
  const checked = checkedConfig(config);
  return mount(startOn(checked, log), log);
}

/** One process for each data folder: two would ship each other's audit spool. */
async function startOn(config: CheckedConfig, log: Logger): Promise<Assembly> {
  const lock = await lockDataFolder(config.dataDir);
  try {
    const assembly = await assemble(config, log);
    return { ...assembly, close: () => assembly.close().finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Puts a router in front of parts that are starting. */
export function mount(starting: Promise<Assembly>, log: Logger): Countersign {
  const router = Router();
  let started: RequestHandler | undefined;
  const ready = starting.then((assembly) => {
    started = countersignRouter(assembly);
  });
  // Whoever does not look at `ready` still sees every request refused, and here the reason.
  ready.catch((error: unknown) => log.fatal({ err: error }, 'Countersign could not start'));

  router.use((request, response, next) => {
    if (started) {
      void started(request, response, next);
      return;
    }
    ready.then(
      () => void started?.(request, response, next),
      () => next(notStarted()),
    );
  });
  router.use(problemHandler(log));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= starting.then(
      (assembly) => assembly.close(),
      // What could not start has nothing to close; `ready` says why.
      () => undefined,
    ));
  return { router, ready, close };
}
