/** Writer of every event of a database: a fixed UUID of version 8 (RFC 9562), which sorts before all random ones. */
export const EVENT_WRITER = '00000000-0000-8000-8000-000000000000';

/** Event that counts, once and first, the rows from before there were seals: `bytes` is their number. */
export const SEALS_BEGAN = 'seals-began';

/** Event of retention: `resourceId` is the day whose rows are gone, as are those of all days before. */
export const PARTITION_DROPPED = 'partition-dropped';
