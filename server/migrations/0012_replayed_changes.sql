-- Up Migration

-- Changes that this database had lost, because it was restored from a backup or failed over to a copy that lacked them,
-- and that were made again from the checkpoints. A change is told by its number and its time, in microseconds since 1970:
-- after a restore the same number may be another change. The row is in the transaction that makes it again, so a replay
-- that was killed goes on where it was.
CREATE TABLE replayed_changes (
  epoch bigint NOT NULL,
  at bigint NOT NULL,
  tenant_id text NOT NULL,
  replayed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (epoch, at)
);
ALTER TABLE replayed_changes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON replayed_changes TO app USING (tenant_id = current_tenant());
CREATE POLICY holder_all ON replayed_changes FOR SELECT TO holder USING (true);
GRANT SELECT, INSERT ON replayed_changes TO app;
GRANT SELECT ON replayed_changes TO holder;
