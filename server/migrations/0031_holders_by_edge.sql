-- Up Migration

-- An edge may have only so many incarnations, those included that have ended and are still remembered.
CREATE INDEX holders_by_edge ON holders (edge_id) WHERE edge_id IS NOT NULL;
