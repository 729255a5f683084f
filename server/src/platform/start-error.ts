/**
 * Why the program cannot start (or go on starting), said to the person who starts it: one clear sentence that names
 * the cause and what to do about it. `main` prints only the message and exits with status 1.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
