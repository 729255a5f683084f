-- Up Migration

-- How much is stored, for each owner and, with owner '', for the whole tenant: kept by triggers on `resources`, so that
-- no way in which a resource comes, grows, changes hands or goes can forget it. What is awaited counts as announced;
-- what has failed counts nothing; overwritten bytes count their bytes, and are no resource.
--
-- The row of the tenant is always locked before any other of these, and after the rows of resources: whoever asks for
-- room holds it until the transaction ends, so no two get the same byte.
CREATE TABLE storage_usage (
  tenant_id text NOT NULL,
  owner_id text COLLATE "C" NOT NULL,
  resources bigint NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (tenant_id, owner_id)
);

-- What a tenant may store, where that is not what the settings say; null: as they say.
CREATE TABLE tenant_quotas (
  tenant_id text PRIMARY KEY,
  user_bytes bigint CHECK (user_bytes >= 0),
  user_resources bigint CHECK (user_resources >= 0),
  tenant_bytes bigint CHECK (tenant_bytes >= 0),
  tenant_resources bigint CHECK (tenant_resources >= 0)
);

CREATE FUNCTION add_to_storage(tenant text, owners text[], resources_more bigint[], bytes_more bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage_usage AS u (tenant_id, owner_id, resources, bytes)
    SELECT tenant, '', coalesce(sum(r), 0), coalesce(sum(b), 0) FROM unnest(resources_more, bytes_more) AS more (r, b)
    ON CONFLICT (tenant_id, owner_id) DO UPDATE
      SET resources = u.resources + EXCLUDED.resources, bytes = u.bytes + EXCLUDED.bytes;
  INSERT INTO storage_usage AS u (tenant_id, owner_id, resources, bytes)
    SELECT tenant, o, sum(r), sum(b) FROM unnest(owners, resources_more, bytes_more) AS more (o, r, b) GROUP BY o
    ON CONFLICT (tenant_id, owner_id) DO UPDATE
      SET resources = u.resources + EXCLUDED.resources, bytes = u.bytes + EXCLUDED.bytes;
  -- Who owns nothing is named nowhere here.
  DELETE FROM storage_usage
    WHERE tenant_id = tenant AND owner_id = ANY(owners) AND owner_id <> '' AND resources = 0 AND bytes = 0;
END $$;

-- By statement: who erases a person removes thousands of rows at once.
CREATE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  direction CONSTANT bigint := TG_ARGV[0]::bigint;
  found record;
BEGIN
  FOR found IN
    SELECT tenant_id, array_agg(owner_id) AS owners, array_agg(n) AS resources, array_agg(b) AS bytes
      FROM (SELECT tenant_id, owner_id, direction * count(*) FILTER (WHERE version_of IS NULL) AS n,
                   direction * coalesce(sum(size), 0)::bigint AS b
              FROM changed WHERE state <> 'failed' GROUP BY tenant_id, owner_id) AS each_owner
     GROUP BY tenant_id
  LOOP
    PERFORM add_to_storage(found.tenant_id, found.owners, found.resources, found.bytes);
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION recount_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  counted CONSTANT bigint := (OLD.state <> 'failed')::int;
  counts CONSTANT bigint := (NEW.state <> 'failed')::int;
BEGIN
  PERFORM add_to_storage(
    NEW.tenant_id,
    ARRAY[OLD.owner_id, NEW.owner_id],
    ARRAY[-counted * (OLD.version_of IS NULL)::int, counts * (NEW.version_of IS NULL)::int]::bigint[],
    ARRAY[-counted * coalesce(OLD.size, 0), counts * coalesce(NEW.size, 0)]::bigint[]);
  RETURN NULL;
END $$;

CREATE TRIGGER storage_grows AFTER INSERT ON resources
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_storage('1');
CREATE TRIGGER storage_shrinks AFTER DELETE ON resources
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_storage('-1');
CREATE TRIGGER storage_changes AFTER UPDATE ON resources FOR EACH ROW
  WHEN ((OLD.owner_id, OLD.size, OLD.state = 'failed', OLD.version_of)
        IS DISTINCT FROM (NEW.owner_id, NEW.size, NEW.state = 'failed', NEW.version_of))
  EXECUTE FUNCTION recount_storage();

-- Whoever migrates owns the table, and row level security hides the rows from its owner too.
ALTER TABLE resources NO FORCE ROW LEVEL SECURITY;
INSERT INTO storage_usage (tenant_id, owner_id, resources, bytes)
  SELECT tenant_id, coalesce(owner_id, ''), count(*) FILTER (WHERE version_of IS NULL), coalesce(sum(size), 0)
    FROM resources WHERE state <> 'failed' GROUP BY GROUPING SETS ((tenant_id, owner_id), (tenant_id));
ALTER TABLE resources FORCE ROW LEVEL SECURITY;

ALTER TABLE storage_usage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tenant_quotas ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON storage_usage TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON tenant_quotas TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE, UPDATE (resources, bytes) ON storage_usage TO app;
-- Nobody gives himself more: whoever runs the database does.
GRANT SELECT ON tenant_quotas TO app;
