-- Up Migration

-- Nobody reinstates somebody who is being erased.
ALTER TABLE owners ADD COLUMN erasing boolean NOT NULL DEFAULT false;

-- An erasure under way, which any server goes on with, and then its certificate. While it is under way the row names the
-- person, since whoever goes on with it must know whom it is about; once it is done the row names nobody.
CREATE TABLE erasures (
  erasure_id text PRIMARY KEY,
  tenant_id text NOT NULL,
  owner_id text,
  -- Who ordered it, for the audit.
  actor text,
  -- Finds the certificate when the order is repeated. A keyed hash: without the master secret nobody can test a guess.
  owner_tag bytea NOT NULL,
  -- The next thing to do.
  step text NOT NULL DEFAULT 'probe'
    CHECK (step IN ('probe', 'revoke', 'delete', 'remove', 'recheck', 'erase', 'certify', 'done')),
  -- When each step was done, and what it found; names nobody.
  times jsonb NOT NULL DEFAULT '{}',
  facts jsonb NOT NULL DEFAULT '{}',
  -- The URLs that worked before, encrypted by a key of the master secret.
  probes bytea,
  path_salt bytea NOT NULL,
  -- Epochs of the paths that were taken away.
  epochs bigint[] NOT NULL DEFAULT '{}',
  resource_rows bigint NOT NULL DEFAULT 0,
  audit_rows bigint NOT NULL DEFAULT 0,
  -- Why the last try ended, in words that name nobody.
  failure text,
  -- Who does it now, and until when others leave it alone.
  worker uuid,
  claimed_until timestamptz,
  ordered_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz,
  certificate text,
  CHECK ((step = 'done') = (owner_id IS NULL)),
  CHECK ((step = 'done') = (certificate IS NOT NULL)),
  CHECK (step <> 'done' OR num_nonnulls(actor, probes, worker) = 0)
);
CREATE UNIQUE INDEX erasures_under_way ON erasures (tenant_id, owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX erasures_by_tag ON erasures (tenant_id, owner_tag);

-- What an erasure found, one stored object a row, until its certificate is written.
CREATE TABLE erasure_items (
  erasure_id text NOT NULL REFERENCES erasures,
  tenant_id text NOT NULL,
  path_hash bytea NOT NULL,
  resource_id text NOT NULL,
  kind text NOT NULL,
  size bigint,
  object_key text,
  -- When nothing could be read any more under the object's key.
  deleted_at timestamptz,
  PRIMARY KEY (erasure_id, resource_id)
);

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE erasure_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON erasures TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON erasure_items TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON erasures TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON erasure_items TO app;

-- A server that starts looks for what another left, of whatever tenant, and learns nothing else of it.
CREATE POLICY holder_looks ON erasures FOR SELECT TO holder USING (true);
GRANT SELECT (erasure_id, tenant_id, step, claimed_until) ON erasures TO holder;

-- Once every holder has applied them, the paths that were taken away are forgotten.
GRANT SELECT (n) ON epoch_log TO eraser;
GRANT SELECT (compacted_to), UPDATE (compacted_to) ON epoch TO eraser;
