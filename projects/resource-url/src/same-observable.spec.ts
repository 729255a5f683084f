import { development, production } from './testing/signing-backend.ts';

for (const { mode, setUp } of [
  { mode: 'development', setUp: development },
  { mode: 'production', setUp: production },
]) {
  describe(`One stream per resource, in ${mode}`, () => {
    it('is the same Observable for the same reference', () => {
      const { service } = setUp();
      expect(service.getTeamMemberPhotoUrl('a.jpg')).toBe(service.getTeamMemberPhotoUrl('a.jpg'));
      expect(service.getUserAvatarUrl('a.jpg')).toBe(service.getUserAvatarUrl('a.jpg'));
      expect(service.getUserDocumentUrl('ada', 'a.pdf')).toBe(service.getUserDocumentUrl('ada', 'a.pdf'));
      expect(service.getUrl('a.jpg')).toBe(service.getUrl('a.jpg'));
    });

    it('is the same Observable for every spelling of a reference', () => {
      const { service } = setUp();
      const stream = service.getTeamMemberPhotoUrl('2026/Zo\u00eb.jpg');
      expect(service.getTeamMemberPhotoUrl('/2026//Zoe\u0308.jpg')).toBe(stream);
      expect(service.getUrl({ kind: 'teamPhoto', name: './2026/Zo\u00eb.jpg' })).toBe(stream);
    });

    it('is the same Observable for bad references and for URLs passed through', () => {
      const { service } = setUp();
      spyOn(console, 'error');
      for (const ref of ['../a.jpg', 'data:image/gif;base64,R0lGOD', 'https://elsewhere.example/a.jpg']) {
        expect(service.getUrl(ref)).toBe(service.getUrl(ref));
      }
    });

    it('is another Observable for another kind, path or option', () => {
      const { service } = setUp();
      const streams = [
        service.getUrl('public/team/a.jpg'),
        service.getTeamMemberPhotoUrl('a.jpg'),
        service.getTeamMemberPhotoUrl('b.jpg'),
        service.getUserAvatarUrl('a.jpg'),
        service.getUrl({ kind: 'teamPhoto', name: 'a.jpg' }, { reason: 'print' }),
        service.getUrl({ kind: 'teamPhoto', name: 'a.jpg' }, { expiryMinutes: 5 }),
      ];
      expect(new Set(streams).size).toBe(streams.length);
    });

    it('survives clear()', () => {
      const { service } = setUp();
      const stream = service.getUrl('a.jpg');
      const state = service.getState('a.jpg');
      service.clear();
      expect(service.getUrl('a.jpg')).toBe(stream);
      expect(service.getState('a.jpg')).toBe(state);
    });

    it('survives thousands of other resources that push its URL out of the cache', async () => {
      const { service } = setUp();
      const stream = service.getUrl('a.jpg');
      const others = Array.from({ length: 1_500 }, (_, n) => `other-${n}.jpg`);
      others.forEach((ref) => service.getUrl(ref).subscribe().unsubscribe());
      expect(service.getUrl('a.jpg')).toBe(stream);
    });

    it('has one state Signal per resource', () => {
      const { service } = setUp();
      const ref = { kind: 'teamPhoto', name: 'a.jpg' } as const;
      expect(service.getState(ref)).toBe(service.getState({ ...ref, name: '/a.jpg' }));
      expect(service.getState(ref)).not.toBe(service.getState(ref, { reason: 'print' }));
    });
  });
}
