-- Up Migration

-- Which collections are interested in a role, so that a list finds those of somebody without reading all of the tenant: under
-- row level security no index of `interested_roles` itself is used, as `&&` is not leakproof. Kept by triggers.
CREATE TABLE collection_roles (
  tenant_id text NOT NULL,
  collection_id text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, collection_id, role),
  FOREIGN KEY (tenant_id, collection_id) REFERENCES collections (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX collection_roles_by_role ON collection_roles (tenant_id, role, collection_id);

CREATE FUNCTION keep_collection_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM collection_roles
    WHERE tenant_id = NEW.tenant_id AND collection_id = NEW.id AND role <> ALL (NEW.interested_roles);
  INSERT INTO collection_roles (tenant_id, collection_id, role)
    SELECT NEW.tenant_id, NEW.id, role FROM unnest(NEW.interested_roles) AS role ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER roles_of_new AFTER INSERT ON collections FOR EACH ROW
  WHEN (NEW.interested_roles <> '{}') EXECUTE FUNCTION keep_collection_roles();
CREATE TRIGGER roles_of_changed AFTER UPDATE OF interested_roles ON collections FOR EACH ROW
  WHEN (OLD.interested_roles IS DISTINCT FROM NEW.interested_roles) EXECUTE FUNCTION keep_collection_roles();

-- Whoever migrates owns the table, and row level security hides the rows from its owner too.
ALTER TABLE collections NO FORCE ROW LEVEL SECURITY;
INSERT INTO collection_roles (tenant_id, collection_id, role)
  SELECT DISTINCT tenant_id, id, role FROM collections, unnest(interested_roles) AS role;
ALTER TABLE collections FORCE ROW LEVEL SECURITY;

ALTER TABLE collection_roles ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON collection_roles TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE ON collection_roles TO app;
