import { HttpErrorResponse } from '@angular/common/http';

/** A refusal in words, for people. */
export interface Problem {
  title: string;
  /** Empty when the title says it all. */
  detail: string;
  /** The server's stable name for this kind of refusal, e.g. `owner-revoked`. */
  code?: string;
  /** HTTP status; 0 when there was no answer at all. */
  status: number;
}

interface ProblemBody {
  title?: unknown;
  detail?: unknown;
  code?: unknown;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * @param error whatever a request threw; the body of an HTTP error is read as RFC 9457 problem+json
 * @returns words for it, also when there was no body or no answer
 */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof HttpErrorResponse)) {
    return { title: 'Something went wrong in this page', detail: 'Reload it and try again.', status: 0 };
  }
  if (error.status === 0) {
    return {
      title: 'The server does not answer',
      detail: 'It may have been stopped, or the connection is down. Start it again and retry.',
      status: 0,
    };
  }
  const body = bodyOf(error.error);
  const title = text(body.title);
  const code = text(body.code);
  return {
    title: title ?? `The server answered ${error.status}`,
    detail: text(body.detail) ?? (title ? '' : 'It gave no further explanation.'),
    status: error.status,
    ...(code ? { code } : {}),
  };
}

/** `application/problem+json` arrives parsed, or as text where the request asked for text. */
function bodyOf(body: unknown): ProblemBody {
  if (typeof body === 'object' && body !== null) return body;
  if (typeof body !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
