import sharp from 'sharp';
import { sniffContentType } from '../platform/content-type.ts';
import { resourceKinds } from '../resources/resource.ts';
import { SAMPLE_DOCUMENTS } from './documents/sample-documents.ts';
import { GALLERY_PICTURES } from './gallery/gallery-pictures.ts';
import { seedShowcase } from './seed-showcase.ts';
import { MemoryTarget } from './testing/memory-target.ts';

describe('Seeding the pages of the showcase', () => {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line) };
  let target: MemoryTarget;

  beforeAll(async () => {
    target = new MemoryTarget();
    await seedShowcase(target, log);
  });

  const below = (folder: string) =>
    [...target.resources.values()].filter(({ path }) => path.startsWith(`${folder}/`));

  it('makes a gallery of 200 pictures that differ, half of them of each owner', async () => {
    const gallery = below('public/gallery');
    expect(gallery.length).toBe(200);
    expect(new Set(gallery.map(({ body }) => body.toString('base64'))).size).toBe(200);
    expect(gallery.filter(({ ownerId }) => ownerId === 'ada').length).toBe(100);
    for (const { body } of gallery.slice(0, 5)) {
      expect(await sharp(body).metadata()).toEqual(
        jasmine.objectContaining({ format: 'webp', width: 160, height: 160 }),
      );
    }
  });

  it('keeps each picture below 8 kB, so that 200 are no burden', () => {
    const largest = Math.max(...below('public/gallery').map(({ body }) => body.length));
    expect(largest).toBeLessThan(8_000);
  });

  it('draws the same bytes each time', async () => {
    const [picture] = GALLERY_PICTURES;
    expect(
      (await picture!.draw()).equals(target.resources.get('public/gallery/view-001.webp')!.body),
    ).toBeTrue();
  });

  it('puts everything where the server puts an upload of that kind, as what its bytes are', async () => {
    for (const { path, kind, ownerId, contentType, body } of target.resources.values()) {
      expect(path.startsWith(`${resourceKinds[kind].folder(ownerId)}/`))
        .withContext(path)
        .toBeTrue();
      expect(resourceKinds[kind].content.test(contentType)).withContext(path).toBeTrue();
      const found = await sniffContentType(body.subarray(0, 4100));
      expect(found ?? 'text')
        .withContext(path)
        .toBe(contentType.startsWith('text/') ? 'text' : contentType);
    }
  });

  it('gives Ada and Grace documents of their own', () => {
    for (const owner of ['ada', 'grace'] as const) {
      const own = below(`users/${owner}/documents`);
      expect(own.length).toBe(SAMPLE_DOCUMENTS.filter((document) => document.owner === owner).length);
      expect(own.length).toBeGreaterThan(2);
      expect(new Set(own.map(({ ownerId }) => ownerId))).toEqual(new Set([owner]));
    }
  });

  it('writes PDFs whose table says where their objects are', () => {
    for (const { body, contentType } of SAMPLE_DOCUMENTS) {
      if (contentType !== 'application/pdf') continue;
      const text = body.toString('latin1');
      const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
      expect(text.slice(table, table + 4)).toBe('xref');
      const offsets = [...text.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
      expect(offsets.length).toBe(5);
      offsets.forEach((offset, index) => {
        expect(text.slice(offset).startsWith(`${index + 1} 0 obj\n`)).toBeTrue();
      });
    }
  });

  it('has a video that fits into memory', () => {
    const [clip] = below('public/videos');
    expect(clip?.body.length).toBeLessThan(200_000);
  });

  it('does nothing and says nothing when everything is there', async () => {
    const before = lines.length;
    expect(await seedShowcase(target, log)).toBe(0);
    expect(lines.length).toBe(before);
  });

  it('adds only what is missing, and leaves alone what somebody put in its place', async () => {
    const path = 'public/gallery/view-003.webp';
    const kept = { ...target.resources.get(path)!, displayName: 'Renamed' };
    target.resources.set(path, kept);
    target.resources.delete('public/gallery/view-004.webp');
    expect(await seedShowcase(target, log)).toBe(1);
    expect(target.resources.get(path)).toBe(kept);
  });

  it('leaves out what belongs to somebody who is revoked, and still starts', async () => {
    const other = new MemoryTarget();
    other.revoked.add('ada');
    expect(await seedShowcase(other, log)).toBeGreaterThan(100);
    expect([...other.resources.values()].filter(({ ownerId }) => ownerId === 'ada')).toEqual([]);
  });

  it('stops when the server is told to stop', async () => {
    expect(await seedShowcase(new MemoryTarget(), log, AbortSignal.abort())).toBe(0);
  });
});
