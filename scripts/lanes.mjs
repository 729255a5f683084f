// Running the stages of a test run side by side.
import { availableParallelism } from 'node:os';
import { inRunFolder } from './run-folder.mjs';

/**
 * Three, on any machine with two cores or more: specs wait half of their time for leases, outages and programs that start,
 * so that two leave a core idle. What they wait for was tried that way, and no other.
 */
export const lanes = availableParallelism() > 1 ? 3 : 1;

/**
 * Runs every part of every stage, at most `count` at once, in the order given. Each part has a run folder of its own, so
 * that the end of one leaves the programs of another alone.
 * @param stages `{ name, after, parts }`; `after` names stages whose parts must have ended before, if they are there;
 *   a part is a function of its folder that resolves `{ passed, failed, skipped?, pending?, output }`
 * @param done is told of each stage that ended: its name, the sums of its parts and what they left running (`left`,
 *   lines), and the seconds from its first part's beginning to its last one's end
 * @throws what a part throws, once no part is running any more
 */
export async function runInLanes(stages, count, done) {
  const waiting = stages.flatMap((stage) => stage.parts.map((part) => ({ stage, part })));
  const left = new Map(stages.map(({ name, parts }) => [name, parts.length]));
  const results = new Map(stages.map(({ name }) => [name, []]));
  const began = new Map();
  const running = new Set();

  const isReady = ({ stage: { after = [] } }) => after.every((name) => !left.get(name));
  const start = ({ stage, part }) => {
    if (!began.has(stage.name)) began.set(stage.name, Date.now());
    const ended = inRunFolder(part).then((result) => {
      running.delete(ended);
      results.get(stage.name).push(result);
      left.set(stage.name, left.get(stage.name) - 1);
      if (left.get(stage.name) > 0) return;
      done(stage.name, sum(results.get(stage.name)), (Date.now() - began.get(stage.name)) / 1000);
    });
    running.add(ended);
  };

  while (waiting.length > 0 || running.size > 0) {
    while (running.size < count) {
      const next = waiting.findIndex(isReady);
      if (next < 0) break;
      start(...waiting.splice(next, 1));
    }
    if (running.size === 0) throw new Error('the stages wait for each other');
    try {
      await Promise.race(running);
    } catch (error) {
      await Promise.allSettled(running);
      throw error;
    }
  }
}

function sum(results) {
  const total = (key) => results.reduce((all, result) => all + (result[key] ?? 0), 0);
  return {
    passed: total('passed'),
    failed: total('failed'),
    skipped: total('skipped'),
    pending: results.flatMap(({ pending = [] }) => pending),
    times: results.flatMap(({ times = [] }) => times),
    cpu: total('cpu'),
    // Those that failed have something to say.
    output: results
      .filter(({ failed }) => failed > 0)
      .map(({ output }) => output.trimEnd())
      .join('\n\n'),
    left: results.flatMap(({ left }) => left),
  };
}
