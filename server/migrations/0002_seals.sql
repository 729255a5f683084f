-- Up Migration

-- Batches that were written before there were seals. Nothing is ever added here: their rows are as trustworthy as the
-- database, and verification counts them apart. A row outside of these and of every sealed batch is a finding.
ALTER TABLE audit_batches RENAME TO audit_batches_before_seals;
ALTER INDEX audit_batches_pkey RENAME TO audit_batches_before_seals_pkey;

-- One chain per writer, from 0, without a gap: each seal covers the one before it (server/src/audit/leaf.ts).
CREATE TABLE audit_batches (
  writer uuid NOT NULL,
  batch_no bigint NOT NULL CHECK (batch_no >= 0),
  -- One try to write this number. A number may be tried by several, of which one gets in.
  attempt uuid NOT NULL,
  row_count integer NOT NULL CHECK (row_count >= 0),
  -- Of its rows; NULL when it has none.
  first_at timestamptz,
  last_at timestamptz,
  -- SHA-256 over the leaf hashes of its rows, in the order of their numbers.
  leaves bytea NOT NULL CHECK (octet_length(leaves) = 32),
  seal bytea NOT NULL CHECK (octet_length(seal) = 32),
  -- For each row its number and the first four bytes of its leaf hash. No seal covers them: when a batch does not hold,
  -- they tell which row to look at.
  marks bytea NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (writer, batch_no)
);
GRANT SELECT ON audit_batches TO auditor;

-- The personal columns are in a row's leaf only as this commitment, so they can be erased, the salt with them.
ALTER TABLE resource_access_logs ADD COLUMN salt bytea, ADD COLUMN commitment bytea;

-- Leaf hashes of rows that retention took while other rows of their batch stay: a batch may be of two days.
CREATE TABLE audit_kept_leaves (
  writer uuid NOT NULL,
  batch_no bigint NOT NULL,
  row_no integer NOT NULL,
  leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
  PRIMARY KEY (writer, batch_no, row_no)
);
GRANT SELECT ON audit_kept_leaves TO auditor;
