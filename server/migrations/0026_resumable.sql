-- Up Migration

-- A resumable upload lives on with every byte that arrives.
GRANT UPDATE (expires_at) ON uploads TO app;
