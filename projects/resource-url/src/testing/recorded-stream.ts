import type { Observable } from 'rxjs';

/** Subscribes and keeps what comes. */
export function record(stream: Observable<string>) {
  const recorded = {
    urls: [] as string[],
    errors: [] as unknown[],
    completed: false,
    stop: () => undefined as unknown,
  };
  const subscription = stream.subscribe({
    next: (url) => recorded.urls.push(url),
    error: (error: unknown) => recorded.errors.push(error),
    complete: () => (recorded.completed = true),
  });
  recorded.stop = () => subscription.unsubscribe();
  return recorded;
}
