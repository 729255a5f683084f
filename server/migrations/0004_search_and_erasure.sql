-- Up Migration

-- Compared byte by byte, as paths of resources are, so that the index answers what begins with a prefix whatever the
-- collation of the database.
ALTER TABLE resource_access_logs ALTER COLUMN resource_path TYPE text COLLATE "C";

-- An erased person's keys and receipts stay, under a name that says nothing.
ALTER TABLE signature_keys
  DROP CONSTRAINT signature_keys_tenant_id_owner_id_fkey,
  ADD FOREIGN KEY (tenant_id, owner_id) REFERENCES owners ON UPDATE CASCADE;
ALTER TABLE resources
  DROP CONSTRAINT resources_tenant_id_owner_id_fkey,
  ADD FOREIGN KEY (tenant_id, owner_id) REFERENCES owners ON UPDATE CASCADE;
