-- Up Migration

-- Whoever serves files outside of a server process: an edge worker, the sidecar of nginx. Its credential opens the two
-- calls of holders and nothing else; only the hash of a secret of 256 random bits is here.
CREATE TABLE edges (
  id text PRIMARY KEY,
  -- Whose administrators look after it.
  tenant_id text NOT NULL,
  -- Whose files it serves.
  tenants text[] NOT NULL,
  name text NOT NULL,
  secret_hash bytea CHECK (octet_length(secret_hash) = 32),
  -- While it is rotated there are two.
  previous_hash bytea CHECK (octet_length(previous_hash) = 32),
  previous_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  rotated_at timestamptz,
  revoked_at timestamptz,
  -- PostgreSQL lets only those lock a row who may change something of it. Nobody changes this.
  locks boolean,
  CHECK ((revoked_at IS NULL) = (secret_hash IS NOT NULL)),
  CHECK ((previous_hash IS NULL) = (previous_until IS NULL)),
  CHECK (tenant_id = ANY (tenants) AND cardinality(tenants) <= 16)
);
CREATE UNIQUE INDEX edges_by_name ON edges (tenant_id, name) WHERE revoked_at IS NULL;

-- Which keys an edge was ever told: what has to be replaced when its credential or its memory leaked. No more rows than
-- there are keys, and nothing of a person.
CREATE TABLE edge_told_keys (
  edge_id text NOT NULL REFERENCES edges,
  kid text NOT NULL,
  tenant_id text NOT NULL,
  told_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (edge_id, kid)
);

ALTER TABLE holders
  ADD COLUMN edge_id text,
  -- Whose files it serves; NULL: everybody's. Who serves nothing of a tenant is not waited for by its receipts.
  ADD COLUMN tenants text[],
  ADD CHECK ((kind = 'gateway') = (edge_id IS NULL) AND (edge_id IS NULL) = (tenants IS NULL));
CREATE INDEX holders_of_edge ON holders (edge_id) WHERE ended_at IS NULL;

ALTER TABLE edges ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE edge_told_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON edges TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON edge_told_keys TO app USING (tenant_id = current_tenant());
CREATE POLICY holder_all ON edges FOR SELECT TO holder USING (true);
CREATE POLICY holder_locks ON edges FOR UPDATE TO holder USING (true);
CREATE POLICY holder_adds ON edge_told_keys FOR INSERT TO holder WITH CHECK (true);
CREATE POLICY holder_finds ON edge_told_keys FOR SELECT TO holder USING (true);
GRANT SELECT, INSERT, UPDATE (secret_hash, previous_hash, previous_until, rotated_at, revoked_at) ON edges TO app;
GRANT SELECT ON edge_told_keys TO app;
GRANT SELECT, UPDATE (locks) ON edges TO holder;
GRANT SELECT, INSERT ON edge_told_keys TO holder;
