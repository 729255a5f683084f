// How long specs take, and what came before and after all of a suite.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './command.mjs';

const ticksPerSecond = 100;

/** A Jasmine reporter; `times()` is meant for after the run. */
export class SpecTimes {
  #times = [];
  /** The suites that are going on, outermost first. */
  #suites = [];
  #specCpu = 0;

  suiteStarted() {
    this.#suites.push({ inside: 0, cpu: cpuSeconds(), cpuInside: 0 });
  }

  specStarted() {
    this.#specCpu = cpuSeconds();
  }

  specDone({ fullName, filename, duration }) {
    this.#count(fullName, filename, (duration ?? 0) / 1000, cpuSeconds() - this.#specCpu);
  }

  suiteDone({ fullName, filename, duration }) {
    const { inside, cpu, cpuInside } = this.#suites.pop();
    const [seconds, used] = [(duration ?? 0) / 1000, cpuSeconds() - cpu];
    this.#count(`${fullName} (before and after all)`, filename, seconds - inside, used - cpuInside);
    // What was counted inside is part of the suite around it, once.
    this.#add(inside, cpuInside);
  }

  /**
   * @returns `[{ name, file, seconds, cpu }]`; `cpu` is what this process used, without those it started, in seconds
   */
  times() {
    return this.#times;
  }

  #count(name, filename, seconds, cpu) {
    this.#times.push({ name, file: pathOf(filename), seconds, cpu });
    this.#add(seconds, cpu);
  }

  #add(seconds, cpu) {
    const around = this.#suites.at(-1);
    if (!around) return;
    around.inside += seconds;
    around.cpuInside += cpu;
  }
}

/**
 * @param times of all processes of a run
 * @param count how many specs, and how many files
 * @returns lines: the slowest files, then the slowest specs, each with seconds and the processor time of its process
 */
export function slowest(times, count) {
  const files = new Map();
  for (const { file, seconds, cpu } of times) {
    const sum = files.get(file) ?? { name: file, seconds: 0, cpu: 0 };
    files.set(file, { name: file, seconds: sum.seconds + seconds, cpu: sum.cpu + cpu });
  }
  return [
    '     s   cpu  file',
    ...table([...files.values()], count),
    '     s   cpu  spec',
    ...table(
      times.map(({ name, file, ...numbers }) => ({ ...numbers, name: `${file}: ${name}` })),
      count,
    ),
  ];
}

function table(rows, count) {
  return rows
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ name, seconds, cpu }) => `${figure(seconds)}${figure(cpu)}  ${name}`);
}

function figure(seconds) {
  return seconds.toFixed(1).padStart(6);
}

/** Jasmine knows modules by their URL. */
function pathOf(filename = '') {
  return relative(root, filename.startsWith('file:') ? fileURLToPath(filename) : filename);
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Processor time of this process and of those it started and waited for, PostgreSQL's included, once they have ended.
 * @returns seconds; `undefined` where there is no /proc
 */
export function treeCpuSeconds() {
  try {
    const afterName = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return afterName.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
  } catch {
    return undefined;
  }
}
