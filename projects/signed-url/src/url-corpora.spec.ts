import { corpus } from '../testing/corpora.ts';
import { parsePath } from './parse-path.ts';

interface WptCase {
  input: string;
  protocol?: string;
  pathname?: string;
  failure?: boolean;
}
interface AtsCase {
  fn: 'remove_dot_helper' | 'normalize_uri_helper';
  input: string;
  expect: string | null;
}

/** What a request line would carry: everything from the first slash behind the authority up to `?`, nothing decoded. */
function rawPathOf(input: string): string | undefined {
  return /^(?:https?:\/\/[^/?#\\]*)?(\/[^?]*)/i.exec(input)?.[1];
}

describe('URL corpora', () => {
  it('WPT urltestdata: no raw path is accepted that a URL parser would change', () => {
    const cases = corpus('wpt/urltestdata.json') as (WptCase | string)[];
    let accepted = 0;
    let refused = 0;
    for (const test of cases) {
      if (typeof test === 'string' || test.failure || !/^https?:$/.test(test.protocol ?? '')) continue;
      const raw = rawPathOf(test.input);
      if (raw === undefined) continue;
      if (parsePath(raw).ok) {
        accepted++;
        expect(test.pathname).withContext(test.input).toBe(raw);
      } else refused++;
    }
    expect(accepted).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(50);
  });

  it('WPT urltestdata: every pathname that a URL parser makes is read once and canonicalised once', () => {
    const cases = corpus('wpt/urltestdata.json') as (WptCase | string)[];
    let accepted = 0;
    for (const test of cases) {
      if (typeof test === 'string' || test.pathname === undefined) continue;
      const parsed = parsePath(test.pathname);
      if (!parsed.ok) continue;
      accepted++;
      expect(new URL(test.pathname, 'http://x').pathname).toBe(test.pathname);
      expect(parsePath(parsed.canonical)).toEqual(parsed);
      expect(decodeURIComponent(test.pathname)).toBe('/' + parsed.path);
    }
    expect(accepted).toBeGreaterThan(50);
  });

  it('Apache Traffic Server uri_signing: where it rewrites a path, we refuse it or read the same key', () => {
    const cases = (corpus('ats/uri_normalize_cases.json') as { cases: AtsCase[] }).cases;
    let rewritten = 0;
    for (const { input, expect: normalised } of cases) {
      const raw = rawPathOf(input);
      const path = normalised === null ? undefined : rawPathOf(normalised);
      if (raw === undefined || path === undefined || raw === path) continue;
      rewritten++;
      const [ours, theirs] = [parsePath(raw), parsePath(path)];
      if (ours.ok) expect<unknown>(ours).withContext(input).toEqual(theirs);
    }
    expect(rewritten).toBeGreaterThan(10);
  });
});
