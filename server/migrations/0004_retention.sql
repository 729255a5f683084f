-- Up Migration

-- Compared byte by byte, as paths of resources are, so that the index answers what begins with a prefix whatever the
-- collation of the database.
ALTER TABLE resource_access_logs ALTER COLUMN resource_path TYPE text COLLATE "C";

-- Days of the log that were dropped because they were old enough. The batches of their rows stay in audit_batches, so
-- that the chain of seals has no hole.
CREATE TABLE audit_retired (
  day date PRIMARY KEY,
  row_count bigint NOT NULL,
  -- SHA-256 over what went: see docs/audit-reading.md.
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  retired_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON audit_retired TO auditor;
