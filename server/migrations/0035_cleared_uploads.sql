-- Up Migration

-- Whether what had arrived of an upload is removed that has ended without a resource: until then the sweep goes on trying.
ALTER TABLE uploads ADD COLUMN cleared boolean NOT NULL DEFAULT false;
CREATE INDEX uploads_to_clear ON uploads (id) WHERE ended IN ('cancelled', 'expired', 'failed') AND NOT cleared;

-- That is no news for whoever watches.
DROP TRIGGER touch_upload ON uploads;
CREATE TRIGGER touch_upload
  BEFORE UPDATE OF resource_id, size, expires_at, object_key, taking_until, ended, failure, received ON uploads
  FOR EACH ROW EXECUTE FUNCTION touch_upload();

GRANT UPDATE (cleared) ON uploads TO app;
GRANT SELECT (cleared) ON uploads TO holder;
