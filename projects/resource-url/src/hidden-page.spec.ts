import { answerFor, mockTime } from './testing/mocked-time.ts';
import { restoreVisibility, setHidden } from './testing/page-visibility.ts';
import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

describe('A hidden page', () => {
  const minute = 60_000;
  mockTime();
  afterEach(() => restoreVisibility());

  const failing = { retry: {}, fallback: '/assets/nobody.svg' };
  const down = (api: ReturnType<typeof production>['backend']) => api.refuse(503, 'down');
  const up = (api: ReturnType<typeof production>['backend']) => api.sign();

  it('repeats no request, and does so at once when it is looked at again', async () => {
    const { service, backend } = production(failing);
    const stream = record(service.getUrl('public/a.jpg'));
    await backend.refuse(503, 'down');
    setHidden(true);
    expect(await answerFor(10 * minute, up, backend)).toEqual([]);
    setHidden(false);
    expect(await answerFor(0, up, backend)).toEqual([0]);
    expect(stream.urls).toEqual([jasmine.stringContaining('/public/a.jpg?')]);
  });

  it('that was hidden during the request repeats it only when it is looked at', async () => {
    const { service, backend } = production(failing);
    record(service.getUrl('public/a.jpg'));
    setHidden(true);
    await backend.refuse(503, 'down');
    expect(await answerFor(10 * minute, up, backend)).toEqual([]);
    setHidden(false);
    expect(await answerFor(0, up, backend)).toEqual([0]);
  });

  it('makes no probe, and one at once when it is looked at again', async () => {
    const { service, backend } = production(failing);
    const stream = record(service.getUrl('public/a.jpg'));
    await answerFor(minute, down, backend);
    setHidden(true);
    expect(await answerFor(10 * minute, up, backend)).toEqual([]);
    setHidden(false);
    expect(await answerFor(0, up, backend)).toEqual([0]);
    expect(stream.urls.length).toBe(2);
  });

  it('that is looked at before anything is due waits until then', async () => {
    const { service, backend } = production(failing);
    record(service.getUrl('public/a.jpg'));
    const times = await answerFor(20_000, down, backend);
    setHidden(true);
    await answerFor(5_000, up, backend);
    setHidden(false);
    expect(await answerFor(0, up, backend)).toEqual([]);
    const [time, ...more] = await answerFor(60_000, up, backend);
    expect(time).toBeCloseTo(times.at(-1)! + 30 - 25, 0);
    expect(more).toEqual([]);
  });

  it('does not keep URLs fresh, and gets a new one at once when it is looked at again', async () => {
    const { service, backend } = production();
    const link = record(service.getUrl('public/a.pdf', { keepFresh: true }));
    await backend.sign();
    setHidden(true);
    expect(await answerFor(3 * 60 * minute, up, backend)).toEqual([]);
    setHidden(false);
    expect(await answerFor(0, up, backend)).toEqual([0]);
    expect(link.urls.length).toBe(2);
  });

  it('gets what it asks for the first time, so that it is complete when it is looked at', async () => {
    const { service, backend } = production();
    setHidden(true);
    const stream = record(service.getUrl('public/a.jpg'));
    await backend.sign();
    expect(stream.urls.length).toBe(1);
  });
});
