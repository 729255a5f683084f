-- Up Migration

-- Compared byte by byte, as paths of resources are, so that the index answers what begins with a prefix whatever the
-- collation of the database.
ALTER TABLE resource_access_logs ALTER COLUMN resource_path TYPE text COLLATE "C";
