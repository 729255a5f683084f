-- Up Migration

-- People who leave, and when. At the time a server transfers what stays with the company and revokes the owner; until
-- then it can be undone. Erasing the owner takes name and reason out of here too.
CREATE TABLE departures (
  id text PRIMARY KEY,
  tenant_id text NOT NULL,
  owner_id text NOT NULL,
  effective_at timestamptz NOT NULL,
  transfer_to text,
  transfer_prefix text COLLATE "C",
  reason text,
  requested_by text,
  status text NOT NULL DEFAULT 'scheduled' CHECK (status IN ('scheduled', 'effective', 'undone')),
  transferred integer NOT NULL DEFAULT 0,
  not_transferred integer NOT NULL DEFAULT 0,
  epoch bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  -- A server that carries it out says until when the others leave it alone.
  claimed_until timestamptz,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES owners ON UPDATE CASCADE,
  FOREIGN KEY (tenant_id, transfer_to) REFERENCES owners (tenant_id, owner_id) ON UPDATE CASCADE,
  CHECK ((status = 'effective') = (epoch IS NOT NULL)),
  CHECK ((status = 'scheduled') = (ended_at IS NULL)),
  CHECK (transfer_to <> owner_id)
);
CREATE UNIQUE INDEX departures_one_scheduled ON departures (tenant_id, owner_id) WHERE status = 'scheduled';
CREATE INDEX departures_due ON departures (effective_at) WHERE status = 'scheduled';
CREATE INDEX departures_in_order ON departures (tenant_id, effective_at, id);

ALTER TABLE departures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON departures TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT,
  UPDATE (status, transferred, not_transferred, epoch, ended_at, claimed_until, reason, requested_by) ON departures TO app;

-- Whoever looks what is due does not know whose it is; it learns nothing else.
CREATE POLICY holder_looks ON departures FOR SELECT TO holder USING (status = 'scheduled');
GRANT SELECT (id, tenant_id, effective_at, status, claimed_until) ON departures TO holder;
