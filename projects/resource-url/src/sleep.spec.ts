import { answerFor, mockTime, sleep } from './testing/mocked-time.ts';
import { restoreVisibility, setHidden } from './testing/page-visibility.ts';
import { record } from './testing/recorded-stream.ts';
import { production, type SigningBackend } from './testing/signing-backend.ts';

describe('A device that slept for two hours', () => {
  const hours = 60 * 60_000;
  mockTime();
  afterEach(() => restoreVisibility());

  const up = (api: SigningBackend) => api.sign();
  const expiryOf = (url: string | undefined) => Number(new URL(url!).searchParams.get('exp')) * 1_000;

  for (const { how, wake } of [
    {
      how: 'as soon as the page is looked at, or comes back from the back/forward cache',
      wake: () => {
        setHidden(true);
        sleep(2 * hours);
        setHidden(false);
      },
    },
    {
      how: 'by a timer within ten seconds when the page was in view all the time',
      wake: () => {
        sleep(2 * hours);
        jasmine.clock().tick(10_000);
      },
    },
  ]) {
    it(`has new URLs for what is kept fresh, ${how}`, async () => {
      const { service, backend } = production();
      const links = ['a', 'b', 'c'].map((name) =>
        record(service.getUrl(`public/${name}.pdf`, { keepFresh: true })),
      );
      await backend.sign();
      jasmine.clock().tick(60_000);
      wake();
      expect(await answerFor(0, up, backend)).toEqual([0]);
      for (const { urls } of links) {
        expect(urls.length).toBe(2);
        expect(expiryOf(urls[1])).toBeGreaterThan(Date.now());
      }
    });
  }

  it('never hands an expired URL to a new subscription, or to sign()', async () => {
    const { service, backend } = production();
    const before = record(service.getUrl('public/a.jpg'));
    await backend.sign();
    sleep(2 * hours);
    const after = record(service.getUrl('public/a.jpg'));
    const signed = service.sign('public/a.jpg');
    expect(after.urls).toEqual([]);
    await backend.sign();
    expect(backend.answered).toBe(2);
    expect(after.urls).toEqual([(await signed).url]);
    expect(expiryOf(after.urls[0])).toBeGreaterThan(Date.now());
    expect(before.urls.length).toBe(1);
  });

  it('leaves alone what is painted, and asks for nothing', async () => {
    const { service, backend } = production();
    const shown = Array.from({ length: 20 }, (_, n) => record(service.getUrl(`public/${n}.jpg`)));
    await backend.sign();
    setHidden(true);
    sleep(2 * hours);
    setHidden(false);
    expect(await answerFor(60_000, up, backend)).toEqual([]);
    expect(shown.every(({ urls }) => urls.length === 1)).toBeTrue();
  });

  it('gets a new URL for an image that had none yet, or does not load any more', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl('public/a.jpg'));
    await backend.sign();
    sleep(2 * hours);
    service.reportBroken('public/a.jpg');
    await backend.sign();
    expect(stream.urls.length).toBe(2);
    expect(expiryOf(stream.urls[1])).toBeGreaterThan(Date.now());
  });

  it('refuses an answer that was on its way meanwhile and has expired', async () => {
    const { service, backend } = production();
    const stream = record(service.getUrl('public/a.jpg'));
    const [request] = await backend.open();
    const answer = backend.signed('public/a.jpg');
    sleep(2 * hours);
    request!.flush(answer);
    expect(stream.urls).toEqual([]);
    expect(service.getState('public/a.jpg')().error?.code).toBe('expired-answer');
  });

  it('repeats at once what was to be repeated', async () => {
    const { service, backend } = production({ retry: {} });
    const stream = record(service.getUrl('public/a.jpg'));
    await backend.refuse(503, 'down');
    setHidden(true);
    sleep(2 * hours);
    setHidden(false);
    expect(await answerFor(0, up, backend)).toEqual([0]);
    expect(stream.urls.length).toBe(1);
  });

  it('keeps URLs fresh when its clock was set back by two hours', async () => {
    const { service, backend } = production();
    const link = record(service.getUrl('public/a.pdf', { keepFresh: true }));
    await backend.sign();
    sleep(-2 * hours);
    expect(await answerFor(10_000, up, backend)).toHaveSize(1);
    expect(link.urls.length).toBe(2);
  });
});
