-- Up Migration

-- What an upload has come to, for whoever watches it.
ALTER TABLE uploads
  -- Bytes that have arrived here, as of a moment ago; null: none yet, or they go where this server does not see them.
  ADD COLUMN received bigint CHECK (received >= 0),
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX uploads_by_change ON uploads (changed_at);

-- Whatever changes it, and its resource, changes this row too.
CREATE FUNCTION touch_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER touch_upload BEFORE UPDATE ON uploads FOR EACH ROW EXECUTE FUNCTION touch_upload();

GRANT UPDATE (received) ON uploads TO app;
-- Whoever tells people of their uploads looks at those of all tenants at once.
GRANT SELECT (resource_id, size, received, taking_until, failure, changed_at) ON uploads TO holder;
