-- Up Migration

-- The beginning of paths that was taken down may name somebody, as a whole path may: an erasure takes it out of the log.
GRANT SELECT (prefixes), UPDATE (prefixes) ON epoch_log TO eraser;
