import { existsSync } from 'node:fs';
import { pngOf } from '../server/src/testing/pictures.ts';
import { FAULTS } from './testing/gateway-faults.ts';
import { FLEET_LEASE_MS, GatewayFleet } from './testing/gateway-fleet.ts';
import { UnhurriedReader } from './testing/unhurried-reader.ts';

const FILE_BYTES = 48 * 1024 * 1024;
const REST_MS = 50;

describe('a download that began before the receipt', () => {
  let fleet: GatewayFleet;

  beforeAll(async () => {
    fleet = await GatewayFleet.start({ names: ['sound', 'cut off', 'paused'] });
  });

  afterAll(() => fleet.stop());

  it('is cut within L + 1 s of it, whether its reader is slow or has stalled, and its gateway is sound or not', async () => {
    if (!existsSync('/proc/net/tcp')) pending('needs /proc/net/tcp');
    const [sound, cutOff, paused] = fleet.gateways;
    const target = await fleet.newUrl(sound!, 'large', pngOf(FILE_BYTES));
    const readers = new Map<string, UnhurriedReader>();
    for (const { name, origin } of fleet.gateways) {
      readers.set(`${name}, slow reader`, await UnhurriedReader.of(origin, target, REST_MS));
      readers.set(`${name}, stalled reader`, await UnhurriedReader.of(origin, target));
    }
    for (const [name, reader] of readers) {
      expect(await reader.isLetGo())
        .withContext(name)
        .toBe(false);
    }

    await FAULTS.heldBack.begin(cutOff!);
    await FAULTS.paused.begin(paused!);
    const receipt = await fleet.revoke(sound!, 'large');
    await FAULTS.paused.end(paused!);
    expect(receipt?.mode).toBe('fallback');
    const late: string[] = [];
    await Promise.all(
      [...readers].map(async ([name, reader]) => {
        if (!(await reader.letGoWithin(FLEET_LEASE_MS + 1000))) late.push(name);
      }),
    );
    expect(late).toEqual([]);

    for (const [name, reader] of readers) {
      await reader.readRest();
      expect(reader.received).withContext(name).toBeLessThan(FILE_BYTES);
    }
  });
});
