import { SAMPLE_PEOPLE } from './people.ts';
import { seedSamples } from './seed-samples.ts';
import { MemoryTarget } from './testing/memory-target.ts';

describe('Seeding', () => {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line) };
  beforeEach(() => {
    lines.length = 0;
  });

  it('gives 2, 5 and 9 to Ada and the others to Grace', async () => {
    const target = new MemoryTarget();
    expect(await seedSamples(target, log)).toBe(15);
    const ofAda = [...target.resources.values()]
      .filter(({ ownerId }) => ownerId === 'ada')
      .map(({ path }) => path);
    expect(ofAda).toEqual([
      'public/team/avatar-2.jpg',
      'public/team/avatar-5.jpg',
      'public/team/avatar-9.jpg',
    ]);
    const others = [...target.resources.values()].filter(({ ownerId }) => ownerId !== 'ada');
    expect(others.map(({ ownerId }) => ownerId)).toEqual(Array.from({ length: 12 }, () => 'grace'));
    expect([...target.owners]).toEqual([
      ['ada', 'Ada Lovelace'],
      ['grace', 'Grace Hopper'],
    ]);
  });

  it('does nothing and says nothing when everything is there', async () => {
    const target = new MemoryTarget();
    await seedSamples(target, log);
    expect(lines).toEqual(['drawing 15 sample pictures']);
    expect(await seedSamples(target, log)).toBe(0);
    expect(lines.length).toBe(1);
  });

  it('adds only what is missing, and leaves alone what somebody put in its place', async () => {
    const target = new MemoryTarget();
    await seedSamples(target, log);
    const kept = { ...target.resources.get('public/team/avatar-3.jpg')!, displayName: 'Renamed' };
    target.resources.set('public/team/avatar-3.jpg', kept);
    target.resources.delete('public/team/avatar-7.jpg');
    expect(await seedSamples(target, log)).toBe(1);
    expect(target.resources.get('public/team/avatar-3.jpg')).toBe(kept);
    expect(target.resources.get('public/team/avatar-7.jpg')?.displayName).toBe('Niamh Brennan');
  });

  it('knows the three people of the embedded mode', () => {
    expect(SAMPLE_PEOPLE.map(({ id, role }) => [id, role])).toEqual([
      ['ada', 'tenantMember'],
      ['grace', 'tenantMember'],
      ['admin', 'tenantAdmin'],
    ]);
  });
});
