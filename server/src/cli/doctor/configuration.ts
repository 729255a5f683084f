import { environment, readEnvironment } from '../../config.ts';
import { requireNode } from '../../platform/node-version.ts';
import { ok, problem, warning, wordsOf, type Check, type Finding } from './check.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost)$/;

/** Every variable, not only the first that is wrong. */
export const configurationCheck: Check = {
  name: 'configuration',
  run({ variables, isProduction }) {
    const result = environment.safeParse(variables);
    if (!result.success) {
      return result.error.issues.map(({ path, message }) => {
        const name = path.join('.') || 'The environment';
        return problem(`${name} ${message}`, `change ${name}; docs/configuration.md describes it`);
      });
    }
    return [
      ...together(variables),
      ok(`every variable that is set is valid (${isProduction ? 'production' : 'embedded mode'})`),
    ];
  },
};

/** What fits alone may not fit together; the server says so one at a time. */
function together(variables: Readonly<Record<string, string>>): Finding[] {
  try {
    readEnvironment(variables);
    return [];
  } catch (error) {
    const words = wordsOf(error);
    // Missing secrets are told by the check of the secrets.
    return /^(MASTER|JWT)_SECRET\b.* must be set/.test(words)
      ? []
      : [problem(words, 'change the variable that is named; docs/configuration.md describes it')];
  }
}

/** The program that runs this. */
export const nodeCheck: Check = {
  name: 'node',
  run() {
    try {
      requireNode();
      return [ok(`Node ${process.versions.node}`)];
    } catch (error) {
      return [problem(wordsOf(error), 'install one of those')];
    }
  },
};

/** The address in every signed URL. */
export const deliveryCheck: Check = {
  name: 'delivery',
  run({ variables, isProduction }) {
    const { DELIVERY_URL, HOST = '127.0.0.1' } = variables;
    if (DELIVERY_URL === undefined) {
      if (!LOOPBACK.test(HOST)) {
        return [
          problem(`DELIVERY_URL must be set when HOST is ${HOST}`, 'set it to the public address of /cdn'),
        ];
      }
      return isProduction
        ? [
            warning(
              'signed URLs name the loopback address that the server listens on',
              'set DELIVERY_URL to the public https address of /cdn',
            ),
          ]
        : [ok('signed URLs name the address that the server listens on')];
    }
    if (!URL.canParse(DELIVERY_URL)) return [];
    const { protocol, hostname, username, password, search, hash } = new URL(DELIVERY_URL);
    const findings: Finding[] = [];
    if (username || password || search || hash) {
      findings.push(
        problem('DELIVERY_URL has a user name, query or fragment', 'leave it out of DELIVERY_URL'),
      );
    }
    if (isProduction && LOOPBACK.test(hostname)) {
      findings.push(
        problem(
          'DELIVERY_URL is a loopback address: nobody else can open a signed URL',
          'set its public address',
        ),
      );
    } else if (isProduction && protocol !== 'https:') {
      findings.push(
        problem(
          'DELIVERY_URL is not https: whoever listens can use what he hears',
          'put TLS in front of delivery, and https in DELIVERY_URL',
        ),
      );
    }
    return findings.length > 0 ? findings : [ok(`signed URLs begin with ${protocol}//${hostname}`)];
  },
};
