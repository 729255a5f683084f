-- Up Migration

-- What a change of the epoch log may name besides keys and paths: single signed URLs, and everything under a prefix.
ALTER TABLE epoch_log
  ADD COLUMN signature_ids text[] NOT NULL DEFAULT '{}',
  ADD COLUMN prefixes text[] NOT NULL DEFAULT '{}';
