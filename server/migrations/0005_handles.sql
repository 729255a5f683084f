-- Up Migration

-- What stands in `users/{handle}/...` instead of who it is: paths are in URLs, in access logs of others and in the audit,
-- and cannot be taken back from there when somebody has to be forgotten.
--
-- Owners who are there get theirs by the default, each another one. An UPDATE would not find them: whoever migrates owns
-- the table, and row level security hides the rows of tenants from its owner too.
ALTER TABLE owners
  ADD COLUMN handle text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
  ADD CONSTRAINT owners_handle UNIQUE (tenant_id, handle);
