/** What an edge may be called. */
export const EDGE_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/;

/** The same, for people. */
export const EDGE_NAME_SAYS = 'lower-case letters, digits, "." and "-", 64 at most';
