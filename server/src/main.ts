import { realpathSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import express from 'express';
import { pino, type Logger } from 'pino';
import { assemble } from './assembly.ts';
import { identityOf, readEnvironment, type Environment } from './config.ts';
import { checkedConfig } from './countersign-config.ts';
import { infrastructure } from './embedded.ts';
import { demonstrateFaults } from './faults.ts';
import { readRolesFile } from './identity/roles-file.ts';
import { lockDataFolder } from './platform/instance-lock.ts';
import { formOrigin } from './platform/s3-settings.ts';
import { StartError } from './platform/start-error.ts';
import { problemHandler } from './platform/problem-handler.ts';
import { directPaths } from './samples/direct-paths.ts';
import { SAMPLE_PEOPLE, SAMPLE_TENANT } from './samples/people.ts';
import { quotasOf } from './quota-environment.ts';
import { countersignRouter, unanswered } from './router.ts';
import { showcaseRouter } from './showcase.ts';
import { s3Of } from './s3-environment.ts';

const HELP = `Usage: npm start -- [options]

  --port N      listen on this port; 0 takes a free one   (PORT, default 3000)
  --data DIR    keep files, database and secrets here     (DATA_DIR, default data)
  --photos DIR  import every photo of this folder as team photos
  --help        this text

Every setting: docs/configuration.md
`;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;
const STOP_WITHIN_MS = 15_000;
/** An upload of many gigabytes over a slow line is one request; Node alone would end it after five minutes. */
const LONGEST_REQUEST_MS = 3_600_000;

const sampleSubjects = SAMPLE_PEOPLE.map(({ id, name, role }) => ({
  id,
  name,
  tenantId: SAMPLE_TENANT,
  roles: [role],
}));

/** Things to end, last started first. */
class Running {
  readonly #stops: (() => Promise<unknown>)[] = [];

  add(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  async stop(log: Logger): Promise<void> {
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) {
      await stop().catch((error: unknown) => log.error({ err: error }, 'something did not stop properly'));
    }
  }
}

/** What a server is started with. */
export interface ServeOptions {
  environment: Environment;
  /** Folder of photos to import. */
  photos?: string | undefined;
  /** Exit code when it cannot start. */
  failureCode: number;
}

async function main(): Promise<void> {
  const { options, environment } = readCommandLine();
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  await serve({ environment, photos: options.photos, failureCode: 1 });
}

/** Starts the server, says `ready ADDRESS`, and ends the process when a signal tells it to or it cannot start. */
export async function serve({ environment, photos, failureCode }: ServeOptions): Promise<void> {
  const log = pino({ level: environment.LOG_LEVEL }, pino.destination({ fd: 2, sync: true }));
  const running = new Running();
  const cancel = new AbortController();
  const starting = start({ environment, photos, running, log, signal: cancel.signal });

  let stopping: Promise<never> | undefined;
  const stop = (code: number): Promise<never> => {
    cancel.abort();
    // What is being started ends too, so starting comes to its end first.
    stopping ??= starting
      .catch(() => undefined)
      .then(() => running.stop(log))
      .then(() => process.exit(code));
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    return stopping;
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

  try {
    const address = await starting;
    if (!cancel.signal.aborted) process.stdout.write(`ready ${address}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof StartError ? error.message : String((error as Error).stack)}\n`);
    await stop(failureCode);
  }
}

interface StartOptions {
  environment: Environment;
  photos: string | undefined;
  /** Takes the end of everything that was started. */
  running: Running;
  log: Logger;
  /** Aborted when the person who started it has changed his mind. */
  signal: AbortSignal;
}

/** Starts everything, each part adding its own end to `running`. */
async function start({ environment, photos, running, log, signal }: StartOptions): Promise<string> {
  const { DATA_DIR, HOST, PORT } = environment;
  const embedded = environment.DATABASE_URL === undefined;
  // What needs no proof of who asks is for this machine only.
  const demonstration = embedded && LOOPBACK.test(HOST);
  if (!LOOPBACK.test(HOST) && !environment.DELIVERY_URL) {
    throw new StartError(`DELIVERY_URL must be set when HOST is ${HOST}: signed URLs need a public address.`);
  }
  const roles = environment.ROLES_FILE ? await readRolesFile(environment.ROLES_FILE) : {};
  const lock = await lockDataFolder(DATA_DIR);
  running.add(() => lock.release());

  const app = express().disable('x-powered-by').set('etag', false);
  // The port is taken first, so that nothing is started in vain; who calls meanwhile waits.
  const opening = Promise.withResolvers<true>();
  let isOpen = false;
  const server = createServer({ requestTimeout: LONGEST_REQUEST_MS }, (request, response) => {
    if (isOpen) app(request, response);
    else void opening.promise.then(() => app(request, response));
  });
  const address = await listen(server, PORT, HOST);
  running.add(() => closeServer(server));

  const parts = await infrastructure(environment, log);
  running.add(() => parts.stop());
  const config = checkedConfig({
    ...parts.database,
    dataDir: DATA_DIR,
    masterSecret: parts.masterSecret,
    masterSecretPrevious: environment.MASTER_SECRET_PREVIOUS ?? [],
    ...identityOf(environment),
    jwtSecret: parts.jwtSecret,
    cookieDomain: environment.COOKIE_DOMAIN,
    cookieSameSite: environment.COOKIE_SAME_SITE,
    auditSigningKey: parts.auditSigningKey,
    auditCheckpoints: environment.AUDIT_CHECKPOINTS,
    auditPreviousKeys: environment.AUDIT_PREVIOUS_KEYS ?? [],
    deliveryUrl: environment.DELIVERY_URL ?? `${address}/cdn`,
    tenant: embedded ? SAMPLE_TENANT : environment.TENANT,
    roles,
    corsOrigins: environment.CORS_ORIGINS,
    ...(environment.POLICY_FILE ? { policy: environment.POLICY_FILE } : {}),
    // The pages that this program serves itself are pages of the site.
    siteOrigins: environment.SITE_ORIGINS.length > 0 ? [...environment.SITE_ORIGINS, address] : [],
    siteOriginAbsent: environment.SITE_ORIGIN_ABSENT,
    ignoredParameters: environment.IGNORED_PARAMETERS,
    apiPrefix: environment.API_PREFIX,
    rateLimits: environment.RATE_LIMITS ?? {},
    ...(environment.REDIS_URL ? { redisUrl: environment.REDIS_URL } : {}),
    trustedProxies: environment.TRUSTED_PROXIES,
    s3: s3Of(environment),
    maxUploadBytes: environment.MAX_UPLOAD_BYTES,
    tusUploadHours: environment.TUS_UPLOAD_HOURS,
    uploadsAtOnce: environment.UPLOADS_AT_ONCE,
    maxImagePixels: environment.MAX_IMAGE_PIXELS,
    uploadTypes: environment.UPLOAD_TYPES,
    versionsKept: environment.VERSIONS_KEPT,
    quotas: quotasOf(environment),
    userCollections: environment.USER_QUOTA_COLLECTIONS,
    tenantCollections: environment.TENANT_QUOTA_COLLECTIONS,
    collectionMembers: environment.COLLECTION_QUOTA_MEMBERS,
    derivativesAtOnce: environment.DERIVATIVES_AT_ONCE,
    clamdHost: environment.CLAMD_HOST,
    rescanHours: environment.RESCAN_HOURS,
    sweepObjectsAfterHours: environment.SWEEP_OBJECTS_AFTER_HOURS,
    auditDeadlineMs: environment.AUDIT_DEADLINE_MS,
    auditSpoolMaxBytes: environment.AUDIT_SPOOL_MAX_BYTES,
    auditRetentionDays: environment.AUDIT_RETENTION_DAYS,
    gatewayAddresses: environment.GATEWAY_ADDRESSES,
    backupRetentionDays: environment.BACKUP_RETENTION_DAYS,
    // With an issuer it is the issuer's people who sign in.
    samplePeople: demonstration && parts.jwtSecret !== undefined ? sampleSubjects : [],
  });
  const assembly = await assemble(config, log);
  running.add(() => assembly.close());
  // Again, so that it is the first to end: what is under way is answered before the parts behind it close.
  running.add(() => closeServer(server));

  if (embedded) {
    // Drawing and decoding pictures needs sharp, which a production server never loads.
    const { fillWithSamples } = await import('./samples/fill.ts');
    await fillWithSamples(assembly, photos, signal);
  }
  const product = countersignRouter(assembly);
  app.use(demonstration ? demonstrateFaults(product, config.apiPrefix) : product);
  if (demonstration) app.use(directPaths(assembly));
  const s3 = s3Of(environment);
  app.use(
    showcaseRouter(config.deliveryUrl, config.apiPrefix, {
      stores: s3 === undefined || s3.presignedPost === false ? [] : [formOrigin(s3)],
    }),
  );
  app.use(unanswered(log, config.apiPrefix));
  app.use(problemHandler(log));
  isOpen = true;
  opening.resolve(true);
  return address;
}

function readCommandLine(): {
  options: { help?: boolean; photos?: string };
  environment: Environment;
} {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        photos: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { port, data, photos, help } = values;
    const environment = readEnvironment({
      ...process.env,
      ...(port === undefined ? {} : { PORT: port }),
      ...(data === undefined ? {} : { DATA_DIR: data }),
    });
    environment.DATA_DIR = resolve(environment.DATA_DIR);
    if (photos !== undefined && !statSync(photos, { throwIfNoEntry: false })?.isDirectory()) {
      throw new StartError(`--photos: there is no folder ${resolve(photos)}.`);
    }
    return {
      options: { ...(help ? { help } : {}), ...(photos ? { photos: resolve(photos) } : {}) },
      environment,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nSee npm start -- --help\n`);
    process.exit(1);
  }
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((fulfil, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(new StartError(`Port ${port} is in use. Choose another with --port N (0 takes a free one).`));
      } else if (error.code === 'EACCES') {
        reject(new StartError(`Port ${port} needs privileges. Choose one above 1023 with --port N.`));
      } else {
        reject(new StartError(`Cannot listen on ${host}:${port}: ${error.message}. Change HOST or PORT.`));
      }
    });
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      fulfil(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((fulfil) => {
    server.close(() => fulfil());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 3000).unref();
  });
}

// The command `countersign serve` imports this file too.
const [, program] = process.argv;
if (program && realpathSync(program) === fileURLToPath(import.meta.url)) await main();
