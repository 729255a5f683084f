-- Up Migration

-- What somebody is in a collection, in the words of specification 002: BUY and SEL see and open what is in it and add what
-- is theirs, ADM looks after it too.
ALTER TABLE collection_members ADD COLUMN role text NOT NULL DEFAULT 'BUY' CHECK (role IN ('BUY', 'SEL', 'ADM'));
ALTER TABLE collection_members ALTER COLUMN role DROP DEFAULT;
GRANT UPDATE (role) ON collection_members TO app;

-- The name as search and order by name see it (`nameKey`). Nothing could make a collection before, so there is none
-- without.
ALTER TABLE collections ADD COLUMN name_key text COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX collections_by_name;
CREATE INDEX collections_by_name ON collections (tenant_id, name_key, id);
GRANT UPDATE (name_key) ON collections TO app;
CREATE INDEX collections_by_creator ON collections (tenant_id, created_by);
