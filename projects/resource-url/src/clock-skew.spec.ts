import { mockTime } from './testing/mocked-time.ts';
import { record } from './testing/recorded-stream.ts';
import { production, type SigningBackend } from './testing/signing-backend.ts';

const minute = 60_000;
const ref = 'public/a.jpg';

describe('A device whose clock is ten minutes', () => {
  mockTime();

  /** Answers as a server whose clock is right while this device's is `ahead` milliseconds ahead. */
  async function answer(backend: SigningBackend, ahead: number, minutes: number, exposed: boolean) {
    const serverNow = Date.now() - ahead;
    for (const request of await backend.open()) {
      request.flush(
        {
          ...backend.signed(ref),
          expiresAt: new Date(serverNow + minutes * minute).toISOString(),
        },
        exposed ? { headers: { Date: new Date(serverNow).toUTCString() } } : {},
      );
    }
  }

  for (const { wrong, ahead } of [
    { wrong: 'ahead', ahead: 10 * minute },
    { wrong: 'behind', ahead: -10 * minute },
    { wrong: 'right and a day ahead', ahead: 24 * 60 * minute },
  ]) {
    describe(`${wrong}, when the Date header is exposed,`, () => {
      it('takes a URL that lives for five minutes, and hands it out for as long as it lives', async () => {
        const { service, backend } = production();
        const first = record(service.getUrl(ref));
        await answer(backend, ahead, 5, true);
        expect(service.getState(ref)().status).toBe('ready');
        expect(first.urls.length).toBe(1);
        jasmine.clock().tick(5 * minute - 6_000);
        expect(record(service.getUrl(ref)).urls).toEqual(first.urls);
        jasmine.clock().tick(1_000);
        expect(record(service.getUrl(ref)).urls).toEqual([]);
      });

      it('replaces what is kept fresh after nine tenths of its lifetime', async () => {
        const { service, backend } = production();
        record(service.getUrl(ref, { keepFresh: true }));
        await answer(backend, ahead, 10, true);
        jasmine.clock().tick(9 * minute - 1_000);
        expect(await backend.open()).toEqual([]);
        jasmine.clock().tick(1_000);
        expect((await backend.open()).length).toBe(1);
      });
    });
  }

  it('is known from a refusal too', async () => {
    const { service, backend } = production();
    void service.preload('public/other.jpg');
    await backend.refuse(403, 'path-forbidden', {
      Date: new Date(Date.now() - 10 * minute).toUTCString(),
    });
    const stream = record(service.getUrl(ref));
    await answer(backend, 10 * minute, 5, false);
    expect(stream.urls.length).toBe(1);
  });

  it('is forgotten when somebody sets it right, with the next answer', async () => {
    const { service, backend } = production();
    void service.preload(ref);
    await answer(backend, 10 * minute, 5, true);
    jasmine.clock().mockDate(new Date(Date.now() - 10 * minute));
    service.refresh(ref);
    await answer(backend, 0, 5, true);
    jasmine.clock().tick(5 * minute - 6_000);
    expect(record(service.getUrl(ref)).urls.length).toBe(1);
  });

  describe('ahead, when no Date header is exposed,', () => {
    it('says expired-answer for a URL that lives for less than that', async () => {
      const { service, backend } = production();
      void service.preload(ref);
      await answer(backend, 10 * minute, 5, false);
      expect(service.getState(ref)().error?.code).toBe('expired-answer');
    });

    it('takes other URLs, and asks for a new one ten minutes early', async () => {
      const { service, backend } = production();
      void service.preload(ref);
      await answer(backend, 10 * minute, 60, false);
      jasmine.clock().tick(50 * minute - 6_000);
      expect(record(service.getUrl(ref)).urls.length).toBe(1);
      jasmine.clock().tick(1_000);
      expect(record(service.getUrl(ref)).urls).toEqual([]);
    });
  });

  it('behind, when no Date header is exposed, hands a URL out ten minutes too long, and another one when that is reported', async () => {
    const { service, backend } = production();
    void service.preload(ref);
    await answer(backend, -10 * minute, 5, false);
    jasmine.clock().tick(14 * minute);
    const stream = record(service.getUrl(ref));
    expect(stream.urls.length).toBe(1);
    service.reportBroken(ref);
    await answer(backend, -10 * minute, 5, false);
    expect(stream.urls.length).toBe(2);
  });

  for (const date of ['', 'yesterday', '0']) {
    it(`wrong is not what "${date}" as the Date says`, async () => {
      const { service, backend } = production();
      const stream = record(service.getUrl(ref));
      const [request] = await backend.open();
      request!.flush(backend.signed(ref, 5), { headers: { Date: date } });
      expect(stream.urls.length).toBe(1);
      jasmine.clock().tick(5 * minute - 6_000);
      expect(record(service.getUrl(ref)).urls.length).toBe(1);
    });
  }
});
