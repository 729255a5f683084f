-- Up Migration

-- Only the owner of the log can drop a day of it. Forced row level security holds the owner too, so it may add the event
-- that says so, and no other row. The roles of 0003_roles.sql are members of no owner: this gives them nothing.
CREATE POLICY owner_retires ON resource_access_logs FOR INSERT WITH CHECK (
  event = 'partition-dropped' AND tenant_id IS NULL
  AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'resource_access_logs'::regclass), 'USAGE')
);
