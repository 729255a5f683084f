import { record } from './testing/recorded-stream.ts';
import { bodyOf, production } from './testing/signing-backend.ts';

describe('A URL is kept until it expires', () => {
  const minute = 60_000;

  beforeEach(() => jasmine.clock().install().mockDate(new Date('2026-01-01T12:00:00Z')));
  afterEach(() => jasmine.clock().uninstall());

  it('costs nothing to leave the page and come back', async () => {
    const { service, backend } = production();
    const names = Array.from({ length: 200 }, (_, n) => `photo-${n}.jpg`);
    const visit = () => names.map((name) => record(service.getTeamMemberPhotoUrl(name)));
    const first = visit();
    await backend.sign();
    first.forEach(({ stop }) => stop());
    jasmine.clock().tick(59 * minute);
    const second = visit();
    expect(await backend.open()).toEqual([]);
    expect(second.map(({ urls }) => urls)).toEqual(first.map(({ urls }) => urls));
  });

  it('is signed anew for a subscription after expiry, and the expired one is not emitted', async () => {
    const { service, backend } = production();
    const first = record(service.getUrl('public/a.jpg'));
    await backend.sign();
    jasmine.clock().tick(60 * minute);
    const second = record(service.getUrl('public/a.jpg'));
    expect(second.urls).toEqual([]);
    await backend.sign();
    expect(backend.answered).toBe(2);
    expect(second.urls.length).toBe(1);
    expect(second.urls).not.toEqual(first.urls);
  });

  it('is not replaced for those who show it already', async () => {
    const { service, backend } = production();
    const first = record(service.getUrl('public/a.jpg'));
    await backend.sign();
    jasmine.clock().tick(60 * minute);
    record(service.getUrl('public/a.jpg'));
    await backend.sign();
    expect(first.urls.length).toBe(1);
  });

  it('is not handed out in its last five seconds', async () => {
    const { service, backend } = production();
    record(service.getUrl('public/a.jpg'));
    await backend.sign();
    jasmine.clock().tick(60 * minute - 5_001);
    expect(record(service.getUrl('public/a.jpg')).urls.length).toBe(1);
    jasmine.clock().tick(1);
    expect(record(service.getUrl('public/a.jpg')).urls).toEqual([]);
  });

  it('is used by sign() too, until it expires', async () => {
    const { service, backend } = production();
    const first = service.sign('public/a.jpg');
    await backend.sign();
    expect(await service.sign('public/a.jpg')).toEqual(await first);
    jasmine.clock().tick(60 * minute);
    const second = service.sign('public/a.jpg');
    await backend.sign();
    expect((await second).url).not.toBe((await first).url);
  });

  it('asks for nothing while time passes and nobody subscribes anew', async () => {
    const { service, backend } = production();
    record(service.getUrl('public/a.jpg'));
    await backend.sign();
    jasmine.clock().tick(24 * 60 * minute);
    expect(await backend.open()).toEqual([]);
  });

  it('is pushed out by a thousand resources shown later, unless it is shown itself', async () => {
    const { service, backend } = production();
    const shown = record(service.getUrl('shown.jpg'));
    record(service.getUrl('left.jpg')).stop();
    const others = Array.from({ length: 1_000 }, (_, n) => record(service.getUrl(`other-${n}.jpg`)));
    await backend.sign();
    others.forEach(({ stop }) => stop());
    expect(record(service.getUrl('shown.jpg')).urls).toEqual(shown.urls);
    expect(record(service.getUrl('other-0.jpg')).urls.length).toBe(1);
    expect(record(service.getUrl('left.jpg')).urls).toEqual([]);
  });

  it('is not pushed out when it was left and is shown again', async () => {
    const { service, backend } = production();
    const first = record(service.getUrl('again.jpg'));
    await backend.sign();
    first.stop();
    record(service.getUrl('again.jpg'));
    const others = Array.from({ length: 1_000 }, (_, n) => record(service.getUrl(`other-${n}.jpg`)));
    await backend.sign();
    others.forEach(({ stop }) => stop());
    expect(record(service.getUrl('again.jpg')).urls).toEqual(first.urls);
  });

  it('is not asked for twice because much else is asked for in between', async () => {
    const { service, backend } = production();
    const refs = Array.from({ length: 1_200 }, (_, n) => `photo-${n}.jpg`);
    void service.preload(refs);
    await backend.sign();
    record(service.getUrl('next.jpg'));
    const before = backend.answered;
    void service.preload(refs.slice(201));
    expect(before).toBe(6);
    const [next, ...others] = await backend.open();
    expect(others).toEqual([]);
    expect(bodyOf(next!)).toEqual({ path: 'next.jpg', reason: 'resource' });
  });

  it('is asked for once, however much waits for an answer', async () => {
    const { service, backend } = production();
    const refs = Array.from({ length: 1_200 }, (_, n) => `photo-${n}.jpg`);
    void service.preload(refs);
    void service.preload(refs);
    expect((await backend.open()).length).toBe(6);
  });
});
