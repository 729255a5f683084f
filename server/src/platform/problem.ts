import type { Response } from 'express';
import { withoutCredentials } from './credentials.ts';
import { sendJson } from './send-json.ts';

/** What goes over the wire when a request is refused: RFC 9457, with a stable `code`. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
}

/** A refusal that a caller may read. Its texts never hold a secret, a token or a signed URL. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param status HTTP status, 400 to 599
   * @param code stable, lower-case, hyphenated: what programs compare
   * @param title the same words for every problem of this code
   * @param detail what is wrong with this request and what to change; signatures and tokens are taken out of it
   * @param headers to send with it, e.g. `Retry-After` (seconds)
   */
  constructor(
    status: number,
    code: string,
    title: string,
    detail?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const told = detail === undefined ? undefined : withoutCredentials(detail);
    super(told ?? title);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = told;
    this.headers = headers;
  }

  /** The JSON body of the answer. */
  body(): ProblemBody {
    const { title, status, code, detail } = this;
    return { type: `urn:countersign:problem:${code}`, title, status, code, ...(detail ? { detail } : {}) };
  }
}

/** The path is not served here. */
export const notFound = (detail?: string): Problem => new Problem(404, 'not-found', 'Not found', detail);

/** The request is not of the form the route takes. `detail` names the field. */
export const invalidRequest = (detail: string): Problem =>
  new Problem(400, 'invalid-request', 'The request is not valid', detail);

/** Answers a problem. Every refusal is `no-store`, so that no cache outlives its cause. */
export function sendProblem(response: Response, problem: Problem): void {
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  sendJson(response, problem.status, problem.body(), 'application/problem+json; charset=utf-8');
}
