/** Runs something as a production build does, which leaves out what only explains. */
export function inProduction<Result>(run: () => Result): Result {
  return withDevMode(false, run);
}

/** Runs something as the Angular CLI's development builds do. */
export function inDevelopment<Result>(run: () => Result): Result {
  return withDevMode({ templatesCompiled: 1 }, run);
}

function withDevMode<Result>(value: unknown, run: () => Result): Result {
  Reflect.set(globalThis, 'ngDevMode', value);
  try {
    return run();
  } finally {
    Reflect.deleteProperty(globalThis, 'ngDevMode');
  }
}
