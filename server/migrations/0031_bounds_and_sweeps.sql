-- Up Migration

-- An edge may have only so many incarnations, those included that have ended and are still remembered.
CREATE INDEX holders_by_edge ON holders (edge_id) WHERE edge_id IS NOT NULL;

-- Whoever looks for objects in the store that no row knows has to see every row that knows one, of whatever tenant: each
-- table with a column `object_key` lets `holder` read it. It learns nothing else.
GRANT SELECT (object_key) ON uploads TO holder;
CREATE POLICY holder_looks ON erasure_items FOR SELECT TO holder USING (true);
GRANT SELECT (object_key) ON erasure_items TO holder;
