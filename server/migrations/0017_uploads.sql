-- Up Migration

-- Uploads under way. Their resource is there from the start and has no bytes yet; whatever names somebody is in its row
-- alone. An upload outlives its end until `expires_at`: until then a signed form could bring bytes again.
CREATE TABLE uploads (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{21}[AQgw]$'),
  tenant_id text NOT NULL,
  -- Null: the resource was removed meanwhile.
  resource_id text REFERENCES resources ON DELETE SET NULL,
  how text NOT NULL CHECK (how IN ('post', 'tus')),
  content_type text NOT NULL,
  -- Null: a tus client says it later.
  size bigint CHECK (size > 0),
  sha256 bytea CHECK (octet_length(sha256) = 32),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Where the bytes are that were taken and that nobody has as a resource yet.
  object_key text UNIQUE,
  -- Until then whoever is taking them is left alone.
  taking_until timestamptz,
  ended text CHECK (ended IN ('completed', 'failed', 'cancelled', 'expired')),
  -- Code of the problem that failed it.
  failure text
);
CREATE INDEX uploads_by_resource ON uploads (resource_id);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);

ALTER TABLE uploads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON uploads TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE, UPDATE (size, object_key, taking_until, ended, failure) ON uploads TO app;

-- Whoever takes a signed form or looks what has expired does not know whose it is; it learns nothing else.
CREATE POLICY holder_looks ON uploads FOR SELECT TO holder USING (true);
GRANT SELECT (id, tenant_id, expires_at, ended) ON uploads TO holder;
