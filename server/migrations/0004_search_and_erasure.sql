-- Up Migration

-- Compared byte by byte, as paths of resources are, so that the index answers what begins with a prefix whatever the
-- collation of the database.
ALTER TABLE resource_access_logs ALTER COLUMN resource_path TYPE text COLLATE "C";

-- An erased person's keys and receipts stay, under a name that says nothing.
--
-- A new foreign key is checked against the rows that are there, and forced row level security would hide them from an
-- owner who is no superuser: PostgreSQL refuses. So it is not forced meanwhile; nobody else sees that before the commit.
ALTER TABLE owners NO FORCE ROW LEVEL SECURITY;
ALTER TABLE signature_keys NO FORCE ROW LEVEL SECURITY;
ALTER TABLE resources NO FORCE ROW LEVEL SECURITY;
ALTER TABLE signature_keys
  DROP CONSTRAINT signature_keys_tenant_id_owner_id_fkey,
  ADD FOREIGN KEY (tenant_id, owner_id) REFERENCES owners ON UPDATE CASCADE;
ALTER TABLE resources
  DROP CONSTRAINT resources_tenant_id_owner_id_fkey,
  ADD FOREIGN KEY (tenant_id, owner_id) REFERENCES owners ON UPDATE CASCADE;
ALTER TABLE owners FORCE ROW LEVEL SECURITY;
ALTER TABLE signature_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE resources FORCE ROW LEVEL SECURITY;

-- The rest of what an erasure changes.
CREATE POLICY eraser_finds ON epoch_log FOR SELECT TO eraser USING (tenant_id = current_tenant());
CREATE POLICY eraser_renames ON epoch_log FOR UPDATE TO eraser USING (tenant_id = current_tenant());
CREATE POLICY eraser_finds ON receipts FOR SELECT TO eraser USING (tenant_id = current_tenant());
CREATE POLICY eraser_renames ON receipts FOR UPDATE TO eraser USING (tenant_id = current_tenant());
GRANT SELECT (tenant_id, owner_id, paths), UPDATE (owner_id, paths) ON epoch_log TO eraser;
GRANT SELECT (tenant_id, owner_id), UPDATE (owner_id) ON receipts TO eraser;
