import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { Problem } from '../platform/problem.ts';
import { setAnswerHeaders } from '../platform/send-json.ts';
import { principalOf } from './authenticate.ts';
import { addressKey, addressOf } from './client-address.ts';
import { isLimitName, LIMITS, type LimitName } from './limit-table.ts';
import type { Budget } from './counters.ts';
import { rateLimited, secondsOf, type Limit } from './limits.ts';
import type { Principal } from './principal.ts';

/** What one request was counted by so far. */
interface Told {
  /** As `RateLimit-Policy` says it. */
  policy: string;
  /** What `RateLimit` tells of: the limit with the smallest share left, or the one that refused. */
  limit: Limit;
  budget: Budget;
}

/**
 * Counts requests against the limits, refuses those over one, and tells every caller what is left: `RateLimit-Policy`
 * names all that apply, `RateLimit` the one that is nearest to its end (draft-ietf-httpapi-ratelimit-headers-10).
 */
export class RequestLimits {
  readonly #limits: ReadonlyMap<LimitName, Limit>;

  /** @param limits those that are on */
  constructor(limits: ReadonlyMap<LimitName, Limit>) {
    this.#limits = limits;
  }

  /**
   * What counts one call before it is read. Whoever has not signed in is counted by `anonymous` in place of a limit
   * per principal.
   *
   * @param name of the limit
   * @throws Error when there is no such limit: a mistake of a route
   */
  calls(name: string): RequestHandler {
    if (!isLimitName(name)) throw new Error(`there is no limit ${name}`);
    return (_request, response, next) => {
      const principal = principalOf(response);
      const isAnonymous = principal.anonymous && LIMITS[name].per === 'principal';
      const taken = this.#take(isAnonymous ? 'anonymous' : name, principal, response, 1);
      if (taken) taken.then(() => next(), next);
      else next();
    };
  }

  /**
   * Counts signatures that a call asks for, whatever becomes of each. The call itself has been counted: a refusal here
   * takes no signature, and does not give the call back.
   *
   * @param count a whole number, at least 1
   * @throws rateLimited
   */
  async signatures(response: Response, count: number): Promise<void> {
    const principal = principalOf(response);
    if (!principal.anonymous) return this.#take('signatures', principal, response, count);
    await this.#take('anonymous-signatures', principal, response, count);
    await this.#take('anonymous-tenant', principal, response, count);
  }

  /**
   * Stands behind `authenticate` and counts its refusals by address. Over the limit they become 429. A token that is good
   * is never held up, so that one machine behind a shared address cannot lock out the others.
   */
  readonly failures: ErrorRequestHandler = async (error: unknown, _request, response, next) => {
    const limit = this.#limits.get('failed-sign-in');
    if (limit && error instanceof Problem && error.status === 401) {
      const budget = await limit.counter.take(addressKey(addressOf(response.req)), 1);
      if (!budget.admitted) return next(rateLimited(limit, budget, 1));
    }
    next(error);
  };

  /** Not an async function: it stands on the way of every call, where each promise costs. */
  #take(name: LimitName, principal: Principal, response: Response, cost: number): Promise<void> | undefined {
    const limit = this.#limits.get(name);
    return limit?.counter.take(keyOf(name, principal, response), cost).then((budget) => {
      tell(response, limit, budget);
      if (!budget.admitted) throw rateLimited(limit, budget, cost);
    });
  }
}

function keyOf(name: LimitName, principal: Principal, response: Response): string {
  const { per } = LIMITS[name];
  if (per === 'tenant') return principal.tenantId;
  if (per === 'address' || principal.anonymous) return addressKey(addressOf(response.req));
  // Neither has a slash: both are segments of a path.
  return `${principal.tenantId}/${principal.id}`;
}

function tell(response: Response, limit: Limit, budget: Budget): void {
  const told = response.locals['told'] as Told | undefined;
  if (told) {
    told.policy += `, ${limit.policy}`;
    if (budget.admitted && shareLeft(limit, budget) >= shareLeft(told.limit, told.budget)) return;
    told.limit = limit;
    told.budget = budget;
    return;
  }
  const first: Told = { policy: limit.policy, limit, budget };
  response.locals['told'] = first;
  setAnswerHeaders(response, () => [
    'RateLimit',
    `"${first.limit.name}";r=${first.budget.remaining};t=${secondsOf(first.budget)}`,
    'RateLimit-Policy',
    first.policy,
  ]);
}

const shareLeft = ({ rate }: Limit, { remaining }: Budget): number => remaining / rate.quota;
