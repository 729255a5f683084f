-- Up Migration

-- longest_lease_ms: the longest lease that somebody may still be serving under; receipts that are not acknowledged wait
--   for it. More than lease_ms while a longer lease time, lowered at lease_epoch, may still run.
-- compacted_to: entries of the log up to here may be gone.
ALTER TABLE epoch
  ADD COLUMN longest_lease_ms integer NOT NULL DEFAULT 2000,
  ADD COLUMN lease_epoch bigint NOT NULL DEFAULT 0,
  ADD COLUMN compacted_to bigint NOT NULL DEFAULT 0;
UPDATE epoch SET longest_lease_ms = lease_ms;

-- Whoever changes the lease time, by whatever statement: a shorter one is a change of its own, since receipts may count
-- on it once every holder has heard of it. It has a number, and no entry in the log.
CREATE FUNCTION keep_longest_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.longest_lease_ms := GREATEST(OLD.longest_lease_ms, NEW.lease_ms);
  IF NEW.lease_ms < OLD.lease_ms THEN
    NEW.n := NEW.n + 1;
    NEW.lease_epoch := NEW.n;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_longest_lease BEFORE UPDATE OF lease_ms ON epoch
  FOR EACH ROW WHEN (NEW.lease_ms <> OLD.lease_ms) EXECUTE FUNCTION keep_longest_lease();

-- So that holders ask at once. It is sent with the commit; nothing depends on it.
CREATE FUNCTION tell_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('countersign_epoch', NEW.n::text);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_epoch AFTER UPDATE ON epoch
  FOR EACH ROW WHEN (NEW.n <> OLD.n) EXECUTE FUNCTION tell_epoch();

-- Any holder may end what it has proved, or what is past its keeping: never what the log still promises.
GRANT UPDATE (longest_lease_ms, compacted_to) ON epoch TO holder;
CREATE POLICY holder_compacts ON epoch_log FOR DELETE TO holder
  USING (n <= (SELECT compacted_to FROM epoch));
GRANT DELETE ON epoch_log TO holder;

CREATE INDEX receipts_pending ON receipts (epoch) WHERE status = 'pending';

-- As in 0006: the owner of the tables, who alone may set the lease time, may add the event that says so.
CREATE POLICY owner_sets_lease ON resource_access_logs FOR INSERT WITH CHECK (
  event = 'lease-time-set' AND tenant_id IS NULL
  AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'resource_access_logs'::regclass), 'USAGE')
);
