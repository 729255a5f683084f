-- Up Migration

-- A key that was rotated signs no new URL. It goes on checking those it has signed until the last of them has expired;
-- then its salt is destroyed like that of a revoked one.
ALTER TABLE signature_keys ADD COLUMN retired_at timestamptz;
-- Nothing has written this state before.
ALTER TABLE signature_keys ADD CHECK (state <> 'retiring' OR retired_at IS NOT NULL);
CREATE INDEX signature_keys_retiring ON signature_keys (retired_at) WHERE state = 'retiring';
GRANT UPDATE (retired_at) ON signature_keys TO app;
-- Whoever writes the audit tells a server that has not heard of a rotation yet from one that should have.
GRANT SELECT (retired_at) ON signature_keys TO audit_writer;

-- Master secrets by number. Of a secret there is only a check value here, derived from it one way: servers know by it
-- which of their secrets is which, and that none of them is a wrong one. Nothing of this belongs to a tenant.
--
--   announced   some server has this secret; no key is made with it yet
--   current     every new key is made with it; one version is
--   retiring    keys that were made with it are still needed
--   retired     no key of it is left: its secret can be thrown away
CREATE TABLE master_versions (
  version integer PRIMARY KEY CHECK (version > 0),
  check_value bytea UNIQUE CHECK (octet_length(check_value) = 16),
  state text NOT NULL CHECK (state IN ('announced', 'current', 'retiring', 'retired')),
  announced_at timestamptz NOT NULL DEFAULT now(),
  superseded_at timestamptz,
  retired_at timestamptz
);
CREATE UNIQUE INDEX master_versions_one_current ON master_versions (state) WHERE state = 'current';
-- What every key so far was made with. The first server that starts knows the secret, and adds its check value.
INSERT INTO master_versions (version, state) VALUES (1, 'current');
-- NOT VALID: every row so far says 1, and an owner who is no superuser may not look (forced row level security).
ALTER TABLE signature_keys ADD FOREIGN KEY (master_version) REFERENCES master_versions NOT VALID;
CREATE INDEX signature_keys_by_master ON signature_keys (master_version, state, tenant_id, owner_id)
  WHERE salt IS NOT NULL;

-- Which versions each server has the secret of, so that nobody rotates to one that a server lacks.
CREATE TABLE master_secrets_held (
  holder_id text PRIMARY KEY,
  versions integer[] NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT ON master_versions TO app;
GRANT SELECT, INSERT, UPDATE (check_value) ON master_versions TO holder;
GRANT SELECT, INSERT, UPDATE, DELETE ON master_secrets_held TO holder;
