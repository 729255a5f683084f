// A Jasmine reporter that tells failures in full and everything else in one line.

/** Collects what a run reports; `counts()` and `text()` are meant for after it. */
export class SpecReport {
  #passed = 0;
  #failures = [];
  #pending = [];

  specDone({ status, fullName, failedExpectations, pendingReason }) {
    if (status === 'passed') this.#passed++;
    else if (status === 'failed') this.#failed(fullName, failedExpectations);
    else this.#pending.push({ name: fullName, reason: pendingReason || status });
  }

  suiteDone({ fullName, failedExpectations }) {
    if (failedExpectations.length > 0) this.#failed(`${fullName} (before or after all)`, failedExpectations);
  }

  jasmineDone({ failedExpectations, overallStatus, incompleteReason }) {
    if (failedExpectations.length > 0) this.#failed('outside every spec', failedExpectations);
    // A focused or filtered run is not a run of the suite.
    else if (overallStatus === 'incomplete') this.#failed(incompleteReason, []);
  }

  /** The run itself did not end: a spec file that cannot be loaded, for example. */
  crashed(error) {
    this.#failed('the run', [{ message: String(error.message), stack: error.stack }]);
  }

  /** @returns `{ passed, failed, skipped, pending: [{ name, reason }] }` */
  counts() {
    const pending = this.#pending;
    return { passed: this.#passed, failed: this.#failures.length, skipped: pending.length, pending };
  }

  text() {
    const { passed, failed, skipped } = this.counts();
    const pending = this.#pending.map(({ name, reason }) => `pending: ${name} (${reason})`);
    return [...this.#failures, ...pending, `${passed} passed, ${failed} failed, ${skipped} pending`].join(
      '\n',
    );
  }

  #failed(name, expectations) {
    const told = expectations.map(({ message, stack }) =>
      indent(stack?.includes(message) ? stack : `${message}\n${stack ?? ''}`),
    );
    this.#failures.push([`FAILED: ${name}`, ...told, ''].join('\n'));
  }
}

function indent(text) {
  return text
    .split('\n')
    .filter((line) => !line.includes('/node_modules/jasmine'))
    .map((line) => `    ${line}`)
    .join('\n');
}
