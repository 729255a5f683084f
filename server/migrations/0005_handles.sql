-- Up Migration

-- What stands in `users/{handle}/...` instead of who it is: paths are in URLs, in access logs of others and in the audit,
-- and cannot be taken back from there when somebody has to be forgotten.
ALTER TABLE owners
  ADD COLUMN handle text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
  ADD CONSTRAINT owners_handle UNIQUE (tenant_id, handle);
