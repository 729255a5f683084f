import type { RouteExample } from '../platform/route.ts';

const path = 'public/team/avatar-2.png';
const reason = 'team_member_photo';

const signed = {
  url: `https://cdn.acme.test/${path}?sig=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&exp=1798761600&kid=AAAAAAAAAAAAAAAAAAAAAA&sid=BBBBBBBBBBBBBBBBBBBBBA`,
  expiresAt: '2027-01-01T00:00:00.000Z',
  signatureId: 'sig_BBBBBBBBBBBBBBBBBBBBBA',
};

export const signExample: RouteExample = {
  body: { path, expiryMinutes: 60, reason },
  answers: { 200: signed },
};

export const signBatchExample: RouteExample = {
  body: {
    resources: [
      { path, reason },
      { path: 'public/team/nobody.png', reason },
    ],
  },
  answers: {
    200: {
      results: [
        signed,
        {
          error: {
            code: 'not-allowed',
            status: 403,
            detail: 'There is no such resource, or no rule of the signing policy lets you sign it.',
          },
        },
      ],
    },
  },
};

export const explainExample: RouteExample = {
  body: { path, as: { id: 'ada', roles: ['tenantMember'] } },
  answers: {
    200: {
      path,
      as: { id: 'ada', roles: ['tenantMember'], anonymous: false },
      allowed: true,
      rule: { number: 1, text: 'public/** for anyone, 60 minutes, at most 60' },
      defaultMinutes: 60,
      maxMinutes: 60,
      steps: [
        { rule: 1, text: 'the first rule that fits the path and the kind: it decides' },
        { text: 'the resource is a teamPhoto of grace and is completed' },
        { rule: 1, text: 'it admits anyone' },
        { text: 'the key of grace is live' },
      ],
      policy: { source: 'default', since: '2026-12-31T08:00:00.000Z', rules: 4 },
    },
  },
};
