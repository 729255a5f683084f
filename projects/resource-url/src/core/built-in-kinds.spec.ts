import { BUILT_IN_KINDS } from './built-in-kinds.ts';

describe('The built-in kinds', () => {
  it('are those of the design: where they live, what the audit says, how long they work', () => {
    expect(
      Object.entries(BUILT_IN_KINDS).map(([kind, { development, production, reason, expiryMinutes }]) => [
        kind,
        development,
        production,
        reason,
        expiryMinutes,
      ]),
    ).toEqual([
      ['', '{path}', '{path}', 'resource', undefined],
      ['teamPhoto', 'images/users/{name}', 'public/team/{name}', 'team_member_photo', 60],
      ['avatar', 'images/users/{name}', 'public/avatars/{name}', 'user_avatar', 60],
      ['document', 'documents/{userId}/{name}', 'users/{userId}/documents/{name}', 'user_document', 15],
    ]);
  });
});
