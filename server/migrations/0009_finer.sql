-- Up Migration

-- How often old URLs of a path were ended. Part of what its URLs are signed with (docs/signed-url.md), so that each time
-- the URLs from before are worth nothing, on every holder that knows the number.
ALTER TABLE resources ADD COLUMN rotation integer NOT NULL DEFAULT 0 CHECK (rotation >= 0);

-- The rotations of paths at which nothing is any more: what is made there again goes on counting. Kept for as long as a
-- URL may live. A path can name somebody, so it is here only as SHA-256.
CREATE TABLE retired_paths (
  tenant_id text NOT NULL,
  path_hash bytea NOT NULL CHECK (octet_length(path_hash) = 32),
  rotation integer NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, path_hash)
);
CREATE INDEX retired_paths_until ON retired_paths (until);

-- Single URLs that were revoked, for as long as they would live. Holders get them with the key that signed them.
CREATE TABLE revoked_signatures (
  tenant_id text NOT NULL,
  signature_id text NOT NULL,
  kid text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, signature_id)
);
CREATE INDEX revoked_signatures_kid ON revoked_signatures (kid);
CREATE INDEX revoked_signatures_expiry ON revoked_signatures (expires_at);

-- Objects that no resource has any more, until they are removed from the blob store: a crash in between loses none.
CREATE TABLE discarded_blobs (
  object_key text PRIMARY KEY,
  tenant_id text NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT now()
);

-- What a change was about: a signature id, or the id of a resource. Neither names anybody.
ALTER TABLE receipts ADD COLUMN subject text;
CREATE INDEX receipts_by_subject ON receipts (tenant_id, subject, epoch DESC) WHERE subject IS NOT NULL;

ALTER TABLE retired_paths ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE revoked_signatures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE discarded_blobs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON retired_paths TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON revoked_signatures TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON discarded_blobs TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE (rotation, until) ON retired_paths TO app;
GRANT SELECT, INSERT ON revoked_signatures, discarded_blobs TO app;
GRANT DELETE ON resources TO app;

-- What is over is removed by whoever serves.
CREATE POLICY holder_all ON retired_paths TO holder USING (true);
CREATE POLICY holder_all ON revoked_signatures TO holder USING (true);
CREATE POLICY holder_all ON discarded_blobs TO holder USING (true);
GRANT SELECT, DELETE ON retired_paths, revoked_signatures, discarded_blobs TO holder;
