-- Up Migration

-- Somebody who was to leave later leaves now.
GRANT UPDATE (effective_at) ON departures TO app;
