import type { AuditRow } from '../api/audit-row.ts';
import type { IconName } from '../appearance/icon-shapes.ts';

/** How an audit row looks to people. */
export interface EventWords {
  title: string;
  icon: IconName;
  tone: 'issued' | 'delivered' | 'refused' | 'administrative';
}

const known: Readonly<Record<string, EventWords>> = {
  issuance: { title: 'URL issued', icon: 'issued', tone: 'issued' },
  delivery: { title: 'Photo delivered', icon: 'delivered', tone: 'delivered' },
  'resource-created': { title: 'Uploaded', icon: 'upload', tone: 'administrative' },
  denial: { title: 'Refused', icon: 'refused', tone: 'refused' },
};

/** @returns words for an event; administrative ones are named as they are: `key-revoked` becomes "Key revoked" */
export function eventWords({ event }: AuditRow): EventWords {
  if (Object.hasOwn(known, event)) return known[event] ?? administrative(event);
  return administrative(event);
}

function administrative(event: string): EventWords {
  const words = event.replaceAll('-', ' ');
  return { title: words.charAt(0).toUpperCase() + words.slice(1), icon: 'key', tone: 'administrative' };
}
