-- Up Migration

-- Orders, projects: groups of resources with members of their own. What is in one lies below `collections/{id}/`, so the
-- id is in paths and says nothing; a name can be changed, and may name a customer.
CREATE TABLE collections (
  id text COLLATE "C" PRIMARY KEY,
  tenant_id text NOT NULL,
  name text NOT NULL,
  -- What another system calls it, e.g. the number of an order.
  external_id text COLLATE "C",
  -- Whoever has one of these roles in the token sees and opens what is in it, like a member.
  interested_roles text[] NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
  revision integer NOT NULL DEFAULT 1,
  created_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, external_id)
);
CREATE INDEX collections_by_name ON collections (tenant_id, name COLLATE "C", id);

-- Members are principals: not everybody who may look owns something.
CREATE TABLE collection_members (
  tenant_id text NOT NULL,
  collection_id text COLLATE "C" NOT NULL,
  member_id text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, collection_id, member_id),
  FOREIGN KEY (tenant_id, collection_id) REFERENCES collections (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX collection_members_of ON collection_members (tenant_id, member_id);

ALTER TABLE resources
  ADD COLUMN label text CHECK (char_length(label) BETWEEN 1 AND 200),
  ADD COLUMN notes text CHECK (char_length(notes) BETWEEN 1 AND 4000),
  ADD COLUMN collection_id text COLLATE "C",
  -- The name as search and order by name see it: written by the server (`nameKey`), since what lower() does to letters
  -- that are not Latin depends on the database's locale. Whoever inserts a row gives it.
  ADD COLUMN name_key text COLLATE "C" NOT NULL DEFAULT '',
  -- When the bytes that are there now arrived; null: when the row was made.
  ADD COLUMN uploaded_at timestamptz,
  -- Counts what is changed of the row, so that nobody overwrites what somebody else has just written.
  ADD COLUMN revision integer NOT NULL DEFAULT 1,
  -- Bytes that were overwritten are a resource of their own, of the same owner: this one's id. No foreign key: an erasure
  -- removes both, in any order.
  ADD COLUMN version_of text;

-- Whoever migrates owns the table, and row level security hides the rows from its owner too.
ALTER TABLE resources NO FORCE ROW LEVEL SECURITY;
ALTER TABLE resources ADD FOREIGN KEY (tenant_id, collection_id) REFERENCES collections (tenant_id, id);
UPDATE resources SET name_key = left(lower(display_name), 255);
ALTER TABLE resources FORCE ROW LEVEL SECURITY;

-- One for each order that a list can have; the id makes it the same order each time.
CREATE INDEX resources_newest ON resources (tenant_id, created_at, id);
CREATE INDEX resources_by_name ON resources (tenant_id, name_key, id);
CREATE INDEX resources_by_size ON resources (tenant_id, size, id);
CREATE INDEX resources_of_collection ON resources (tenant_id, collection_id) WHERE collection_id IS NOT NULL;
CREATE INDEX resources_versions ON resources (tenant_id, version_of, version) WHERE version_of IS NOT NULL;

ALTER TABLE collections ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE collection_members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY app_tenant ON collections TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON collection_members TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE, UPDATE (name, external_id, interested_roles, status, revision, created_by, updated_at)
  ON collections TO app;
GRANT SELECT, INSERT, DELETE ON collection_members TO app;

-- Signing asks whether somebody is a member, in whatever tenant, and learns no name of a collection.
CREATE POLICY holder_looks ON collections FOR SELECT TO holder USING (true);
CREATE POLICY holder_looks ON collection_members FOR SELECT TO holder USING (true);
GRANT SELECT (id, tenant_id, interested_roles) ON collections TO holder;
GRANT SELECT (collection_id, tenant_id, member_id) ON collection_members TO holder;
