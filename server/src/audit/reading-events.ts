/** Somebody searched the log. */
export const AUDIT_READ = 'audit-read';
/** Somebody began to take rows out of the log; written before the first one leaves. */
export const AUDIT_EXPORT_BEGUN = 'audit-export-begun';
/** How an export ended, and with how many rows. */
export const AUDIT_EXPORTED = 'audit-exported';

/** Events that tell of reading the log. */
export const READING_EVENTS: readonly string[] = [AUDIT_READ, AUDIT_EXPORT_BEGUN, AUDIT_EXPORTED];
