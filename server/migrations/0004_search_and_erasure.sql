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

-- The rest of what an erasure changes, for the role that may (0003_roles.sql).
DO $$
DECLARE
  name text;
BEGIN
  IF to_regprocedure('current_tenant()') IS NULL THEN RETURN; END IF;
  FOREACH name IN ARRAY ARRAY['epoch_log', 'receipts'] LOOP
    EXECUTE format('CREATE POLICY eraser_finds ON %I FOR SELECT TO eraser USING (tenant_id = current_tenant())', name);
    EXECUTE format('CREATE POLICY eraser_renames ON %I FOR UPDATE TO eraser USING (tenant_id = current_tenant())', name);
    EXECUTE format('GRANT SELECT (tenant_id, owner_id), UPDATE (owner_id) ON %I TO eraser', name);
  END LOOP;
  GRANT SELECT (paths), UPDATE (paths) ON epoch_log TO eraser;
END $$;
