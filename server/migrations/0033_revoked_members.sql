-- Up Migration

-- Who was revoked is in no collection, whatever memberships and roles say. Signing asks that as `holder`, of whatever
-- tenant; it learns no name.
CREATE POLICY holder_looks ON owners FOR SELECT TO holder USING (true);
GRANT SELECT (tenant_id, owner_id, status) ON owners TO holder;

-- Of how many collections a departure has taken somebody out.
ALTER TABLE departures ADD COLUMN memberships integer NOT NULL DEFAULT 0;
GRANT UPDATE (memberships) ON departures TO app;
