import { answerFor, mockTime } from './testing/mocked-time.ts';
import { record } from './testing/recorded-stream.ts';
import { production, type SigningBackend } from './testing/signing-backend.ts';

describe('keepFresh', () => {
  const minute = 60_000;
  const ref = { kind: 'document', userId: 'ada', name: 'contract.pdf' } as const;
  const fresh = { keepFresh: true } as const;
  const up = (api: SigningBackend) => api.sign();
  mockTime();

  it('replaces the URL after nine tenths of its lifetime, for ever', async () => {
    const { service, backend } = production();
    const link = record(service.getUrl(ref, fresh));
    await backend.sign();
    expect(await answerFor(180 * minute, up, backend)).toEqual([1, 2, 3].map((n) => n * 54 * 60));
    expect(new Set(link.urls).size).toBe(4);
    expect(link).toEqual(jasmine.objectContaining({ errors: [], completed: false }));
  });

  it('asks for nothing any more when nobody is subscribed', async () => {
    const { service, backend } = production();
    const links = [record(service.getUrl(ref, fresh)), record(service.getUrl(ref, fresh))];
    await backend.sign();
    links[0]!.stop();
    expect(await answerFor(60 * minute, up, backend)).toHaveSize(1);
    links[1]!.stop();
    expect(await answerFor(180 * minute, up, backend)).toEqual([]);
  });

  it('asks once for every link that is due at the same time', async () => {
    const { service, backend } = production();
    const links = Array.from({ length: 50 }, (_, n) => record(service.getUrl(`docs/${n}.pdf`, fresh)));
    await backend.sign();
    jasmine.clock().tick(54 * minute);
    await backend.sign();
    expect(backend.answered).toBe(2);
    expect(links.every(({ urls }) => urls.length === 2)).toBeTrue();
  });

  it('is another Observable than the one without it, and the same one every time', () => {
    const { service } = production();
    const stream = service.getUrl(ref, fresh);
    expect(service.getUrl({ ...ref, name: './contract.pdf' }, { ...fresh })).toBe(stream);
    expect(service.getUrl(ref)).not.toBe(stream);
    expect(service.getUrl(ref, { keepFresh: false })).toBe(service.getUrl(ref));
    expect(service.getUserDocumentUrl('ada', 'contract.pdf')).toBe(service.getUrl(ref));
  });

  it('has one URL, one request and one state with the stream without it', async () => {
    const { service, backend } = production();
    const plain = record(service.getUrl(ref));
    const link = record(service.getUrl(ref, fresh));
    await backend.sign();
    expect(backend.answered).toBe(1);
    expect(link.urls).toEqual(plain.urls);
    expect(service.getState(ref, fresh)).toBe(service.getState(ref));
    expect((await service.sign(ref, fresh)).url).toBe(plain.urls[0]!);
  });

  it('leaves alone who did not ask for it, and gives the new URL to whoever comes later', async () => {
    const { service, backend } = production();
    const plain = record(service.getUrl(ref));
    const link = record(service.getUrl(ref, fresh));
    await backend.sign();
    await answerFor(54 * minute, up, backend);
    expect([plain.urls.length, link.urls.length]).toEqual([1, 2]);
    expect(record(service.getUrl(ref)).urls).toEqual([link.urls[1]!]);
    expect(backend.answered).toBe(2);
  });

  it('takes over a URL that was there before, and replaces it at once when nine tenths are over', async () => {
    const { service, backend } = production();
    void service.preload(ref);
    await backend.sign();
    jasmine.clock().tick(57 * minute);
    const link = record(service.getUrl(ref, fresh));
    expect(link.urls.length).toBe(1);
    jasmine.clock().tick(1);
    await backend.sign();
    expect(link.urls.length).toBe(2);
  });

  it('leaves the old URL in place while the API fails, and replaces it when that is over', async () => {
    const { service, backend } = production({ retry: {} });
    const link = record(service.getUrl(ref, fresh));
    await backend.sign();
    jasmine.clock().tick(54 * minute);
    await answerFor(minute, (api) => api.refuse(503, 'down'), backend);
    expect(link.urls.length).toBe(1);
    expect(service.getState(ref)().status).toBe('stale');
    await answerFor(31_000, up, backend);
    expect(link.urls.length).toBe(2);
    expect(service.getState(ref)().status).toBe('ready');
  });

  it('replaces by the URL that somebody else asked for', async () => {
    const { service, backend } = production();
    const link = record(service.getUrl(ref, fresh));
    await backend.sign();
    jasmine.clock().tick(30 * minute);
    service.refresh(ref);
    await backend.sign();
    expect(link.urls.length).toBe(2);
    expect(await answerFor(53 * minute, up, backend)).toEqual([]);
    expect(await answerFor(minute, up, backend)).toHaveSize(1);
  });

  it('never replaces a URL that does not expire', async () => {
    const { service, backend } = production();
    const link = record(service.getUrl('https://elsewhere.example/a.pdf', fresh));
    expect(await answerFor(180 * minute, up, backend)).toEqual([]);
    expect(link.urls).toEqual(['https://elsewhere.example/a.pdf']);
  });
});
