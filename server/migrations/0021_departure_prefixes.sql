-- Up Migration

-- The beginning of paths that a departure transfers may name somebody: erasing the owner takes it out too.
GRANT UPDATE (transfer_prefix) ON departures TO app;
