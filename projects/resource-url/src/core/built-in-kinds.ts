import type { KindDefinition } from './resource-ref.ts';

/** The kinds every application has. */
export const BUILT_IN_KINDS: Readonly<Record<string, KindDefinition>> = {
  // A plain path.
  '': { development: '{path}', production: '{path}', reason: 'resource' },
  teamPhoto: {
    development: 'images/users/{name}',
    production: 'public/team/{name}',
    reason: 'team_member_photo',
    expiryMinutes: 60,
  },
  avatar: {
    development: 'images/users/{name}',
    production: 'public/avatars/{name}',
    reason: 'user_avatar',
    expiryMinutes: 60,
  },
  document: {
    development: 'documents/{userId}/{name}',
    production: 'users/{userId}/documents/{name}',
    reason: 'user_document',
    expiryMinutes: 15,
  },
};
