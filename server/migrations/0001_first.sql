-- Up Migration

-- The number of the latest change that must stop some delivery (design: epochs). One row; its row lock makes
-- commit order equal epoch order, which a sequence does not.
CREATE TABLE epoch (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  n bigint NOT NULL DEFAULT 0,
  lease_ms integer NOT NULL DEFAULT 2000 CHECK (lease_ms BETWEEN 1000 AND 60000)
);
INSERT INTO epoch DEFAULT VALUES;

CREATE TABLE epoch_log (
  n bigint PRIMARY KEY,
  tenant_id text NOT NULL,
  change text NOT NULL,
  owner_id text,
  kids text[] NOT NULL DEFAULT '{}',
  paths text[] NOT NULL DEFAULT '{}',
  committed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE owners (
  tenant_id text NOT NULL,
  owner_id text NOT NULL,
  display_name text NOT NULL,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, owner_id)
);

-- Revoking a key destroys its salt: without the salt nobody, the master secret included, can derive the key again.
CREATE TABLE signature_keys (
  kid text PRIMARY KEY,
  tenant_id text NOT NULL,
  owner_id text NOT NULL,
  generation integer NOT NULL,
  master_version integer NOT NULL DEFAULT 1,
  salt bytea,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'retiring', 'revoked')),
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  UNIQUE (tenant_id, owner_id, generation),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES owners,
  CHECK ((state = 'revoked') = (salt IS NULL)),
  CHECK (octet_length(salt) = 32)
);
CREATE UNIQUE INDEX signature_keys_one_active ON signature_keys (tenant_id, owner_id) WHERE state = 'active';

CREATE TABLE resources (
  id text PRIMARY KEY,
  tenant_id text NOT NULL,
  path text COLLATE "C" NOT NULL,
  owner_id text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL DEFAULT 'completed'
    CHECK (state IN ('awaiting', 'uploading', 'completed', 'failed', 'quarantined')),
  display_name text NOT NULL,
  content_type text,
  size bigint,
  sha256 bytea,
  object_key text UNIQUE,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, path),
  FOREIGN KEY (tenant_id, owner_id) REFERENCES owners,
  -- What is not complete may not know its bytes yet.
  CHECK (state <> 'completed' OR num_nulls(content_type, size, sha256, object_key) = 0)
);
CREATE INDEX resources_by_owner ON resources (tenant_id, owner_id);

-- Whoever serves under a lease. `acknowledged` is the epoch that every check of this incarnation now uses.
CREATE TABLE holders (
  incarnation uuid PRIMARY KEY,
  holder_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('gateway', 'edge', 'nginx')),
  acknowledged bigint NOT NULL DEFAULT 0,
  registered_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX holders_live ON holders (registered_at) WHERE ended_at IS NULL;

CREATE TABLE receipts (
  -- No reference: the log may be compacted, receipts stay.
  epoch bigint PRIMARY KEY,
  tenant_id text NOT NULL,
  owner_id text,
  change text NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'final')),
  receipt jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX receipts_by_owner ON receipts (tenant_id, owner_id, epoch DESC);

-- Batches of audit rows: one chain per writer. The primary key makes shipping a batch twice harmless.
CREATE TABLE audit_batches (
  writer uuid NOT NULL,
  batch_no bigint NOT NULL,
  row_count integer NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (writer, batch_no)
);

CREATE TABLE resource_access_logs (
  accessed_at timestamptz NOT NULL,
  event text NOT NULL,
  tenant_id text,
  resource_path text,
  resource_id text,
  signature_id text,
  kid text,
  actor text,
  owner text,
  reason text,
  expires_at timestamptz,
  status smallint,
  bytes bigint,
  duration_ms integer,
  ip_prefix text,
  user_agent text,
  holder text,
  writer uuid NOT NULL,
  batch_no bigint NOT NULL,
  row_no integer NOT NULL
) PARTITION BY RANGE (accessed_at);
CREATE TABLE resource_access_logs_default PARTITION OF resource_access_logs DEFAULT;
-- The path comes first: auditors ask by path and time without naming the tenant.
CREATE INDEX resource_access_logs_path ON resource_access_logs (resource_path, tenant_id, accessed_at);
CREATE INDEX resource_access_logs_signature ON resource_access_logs (signature_id);
CREATE INDEX resource_access_logs_owner ON resource_access_logs (owner, accessed_at);

CREATE TABLE denial_counts (
  minute timestamptz NOT NULL,
  cause text NOT NULL,
  ip_prefix text NOT NULL,
  denials bigint NOT NULL,
  PRIMARY KEY (minute, cause, ip_prefix)
);

-- Roles belong to the whole cluster, so another database of it may have made them already.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'auditor') THEN
    CREATE ROLE auditor NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT SELECT ON resource_access_logs, audit_batches, denial_counts TO auditor;
