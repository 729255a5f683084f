-- Up Migration

-- Only the owner of the tables makes a master version current or retired (0010_rotation.sql). Like 0006_retention.sql:
-- forced row level security holds the owner too, so it may add the events that say so, and no other row.
CREATE POLICY owner_rotates_masters ON resource_access_logs FOR INSERT WITH CHECK (
  event IN ('master-rotated', 'master-retired') AND tenant_id IS NULL
  AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'resource_access_logs'::regclass), 'USAGE')
);
