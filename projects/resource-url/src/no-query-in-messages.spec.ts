import { record } from './testing/recorded-stream.ts';
import { production } from './testing/signing-backend.ts';

describe('No message holds a URL with a query', () => {
  const secret = 'sEcReT';
  const signed = `https://cdn.example.com/a/../b.jpg?sig=${secret}&exp=1767225600`;

  it('neither errors nor the console', async () => {
    const written: unknown[] = [];
    for (const level of ['error', 'warn', 'log', 'info', 'debug'] as const) {
      spyOn(console, level).and.callFake((...parts: unknown[]) => written.push(...parts));
    }
    const { service, backend } = production({ deliveryOrigins: ['https://cdn.example.com'] });
    const messages: string[] = [];
    const refs = [
      signed,
      signed.replace('?', '#'),
      `/cdn/public/a.jpg?sig=${secret}`,
      `https://:bad:host/?sig=${secret}`,
      `a\n.jpg?token=${secret}`,
      { kind: 'teamPhoto', name: signed } as const,
      { kind: 'document', userId: `../x?sig=${secret}`, name: 'a.pdf' } as const,
    ];
    for (const ref of refs) {
      record(service.getUrl(ref));
      await service.sign(ref).catch((error: Error) => messages.push(`${error.message} ${error.stack}`));
    }
    for (const url of [`javascript:x?sig=${secret}`, `ftp://cdn.example.com/?sig=${secret}`]) {
      const signing = service.sign('public/a.jpg').catch((error: Error) => messages.push(error.message));
      (await backend.open())[0]!.flush({ ...backend.signed('public/a.jpg'), url });
      await signing;
    }
    const refused = service.sign('public/a.jpg').catch((error: Error) => messages.push(error.message));
    (await backend.open())[0]!.flush(
      { code: 'path-forbidden', detail: `Refused: ${signed}` },
      { status: 403, statusText: 'Forbidden' },
    );
    await refused;
    expect(messages.length).toBe(refs.length + 3);
    // References that are wrong in the same words are one: what tells them apart is cut off.
    expect(written.length).toBe(refs.length - 2);
    expect(new Set(written).size).toBe(written.length);
    expect([...messages, ...written.map(String)].filter((text) => text.includes(secret))).toEqual([]);
  });

  it('but says in development which path is wrong, and why', async () => {
    const { service } = production();
    const error = (await service.sign('public/../a.jpg').catch((reason: unknown) => reason)) as Error;
    expect(error.message).toBe(
      'invalid-path: "public/../a.jpg" is empty or has a segment that is empty, "." or ".."',
    );
  });

  it('and the console says it once per reference, not per change detection', () => {
    const { service } = production();
    const error = spyOn(console, 'error');
    for (let n = 0; n < 10; n++) service.getUrl('public/../a.jpg');
    expect(error.calls.count()).toBe(1);
  });
});
