-- Up Migration

-- Smaller pictures of resources, and posters of films. Each is of the bytes under one object key, which never change: so
-- what was made of bytes that are replaced is of nothing any more. Nothing here names anybody.
CREATE TABLE derivatives (
  tenant_id text NOT NULL,
  -- Object key of the resource that it shows.
  source_key text NOT NULL,
  -- As in the last segment of its path, without the mark: 640.webp.
  name text COLLATE "C" NOT NULL,
  -- Where its bytes are, or are going to be: written down before they are, so that a crash leaves none for ever.
  object_key text NOT NULL UNIQUE,
  -- Until then somebody makes it; null: it is made, or cannot be.
  making_until timestamptz,
  content_type text,
  size bigint,
  sha256 bytea CHECK (octet_length(sha256) = 32),
  -- Why it cannot be made, in words that name nobody.
  failure text,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, source_key, name),
  CHECK (making_until IS NOT NULL OR failure IS NOT NULL OR num_nulls(content_type, size, sha256) = 0)
);
CREATE INDEX derivatives_of ON derivatives (source_key);
CREATE INDEX derivatives_under_way ON derivatives (making_until) WHERE making_until IS NOT NULL;

ALTER TABLE derivatives ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON derivatives TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE, UPDATE (object_key, making_until, content_type, size, sha256, failure, changed_at)
  ON derivatives TO app;

-- What is over is removed by whoever serves, of whatever tenant.
CREATE POLICY holder_all ON derivatives TO holder USING (true);
GRANT SELECT, DELETE ON derivatives TO holder;

-- Length of a film or a sound, as the browser measured it when it was uploaded.
ALTER TABLE resources ADD COLUMN duration_ms integer CHECK (duration_ms > 0);

-- How many pictures of it were deleted with it.
ALTER TABLE erasure_items ADD COLUMN derivatives integer NOT NULL DEFAULT 0;
