// Flags of V8 for a server.

/**
 * Each call leaves short-lived objects behind. By itself V8 lets 64 MB of them gather before it looks; with this it takes
 * 100 MB less (docs/configuration.md).
 */
export const NODE_FLAGS = ['--max-semi-space-size=8'];

/** Whether somebody has set one of the flags by themselves. */
export function alreadySet(execArgv, nodeOptions = '') {
  const said = [...execArgv, ...nodeOptions.split(/\s+/)].map(nameOf);
  return NODE_FLAGS.some((flag) => said.includes(nameOf(flag)));
}

/** V8 takes underscores for hyphens. */
const nameOf = (flag) => (flag.split('=')[0] ?? '').replaceAll('_', '-');
