-- Up Migration

-- Whoever copies bytes announces the copy here first, with the time by which it is done: when nobody has taken the
-- announcement back by then, nobody has the copy either, and it is removed like whatever else no resource has.
GRANT DELETE, UPDATE (discarded_at) ON discarded_blobs TO app;
CREATE INDEX discarded_blobs_by_time ON discarded_blobs (discarded_at, object_key);
