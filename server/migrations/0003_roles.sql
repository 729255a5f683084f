-- Up Migration

-- Who may touch what (docs/database.md). Nobody logs in as one of these roles: the server's login is a member and acts
-- as one of them at a time. None of them owns a table, so none can lift what stands here.
--
--   app           works for one tenant, named by `countersign.tenant`; without that name it sees nothing
--   holder        serves under a lease: keys by kid, resources by path, epochs and receipts, of every tenant
--   audit_writer  adds audit rows, and can neither read what they say nor change them
--   auditor       reads the audit of every tenant
--   eraser        empties the personal columns of one tenant's audit rows
--
-- Roles belong to the whole cluster, so another database of it may have made them already, or be making them now.
DO $$
DECLARE
  name text;
  existing record;
BEGIN
  FOREACH name IN ARRAY ARRAY['app', 'holder', 'audit_writer', 'auditor', 'eraser'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      END IF;
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'there is no role %, and % may not create it: an administrator makes the roles first, see docs/database.md',
          name, current_user;
    END;

    SELECT rolsuper, rolbypassrls, rolcanlogin,
           (SELECT string_agg(m.roleid::regrole::text, ', ') FROM pg_auth_members m WHERE m.member = r.oid) AS belongs_to
      INTO existing FROM pg_roles r WHERE rolname = name;
    IF existing.rolsuper OR existing.rolbypassrls THEN
      RAISE EXCEPTION 'the role % exists and bypasses row level security: ALTER ROLE % NOSUPERUSER NOBYPASSRLS, or rename it if it is not Countersign''s',
        name, quote_ident(name);
    END IF;
    IF existing.belongs_to IS NOT NULL THEN
      RAISE EXCEPTION 'the role % exists and has the rights of %: revoke that, or rename it if it is not Countersign''s',
        name, existing.belongs_to;
    END IF;
    -- It would get a view of every tenant's keys and files. A person's own login may well be `auditor` or `eraser`.
    IF existing.rolcanlogin AND name IN ('app', 'holder', 'audit_writer') THEN
      RAISE EXCEPTION 'the role % exists and can log in: ALTER ROLE % NOLOGIN, or rename it if it is not Countersign''s',
        name, quote_ident(name);
    END IF;
  END LOOP;
END $$;

-- So that one login is enough for a server that migrates by itself. A superuser needs no membership. Without the right
-- to grant it this is somebody else's business: the server says at its start what its login lacks.
DO $$
DECLARE
  name text;
  knows_options CONSTANT boolean := current_setting('server_version_num')::int >= 160000;
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RETURN; END IF;
  FOREACH name IN ARRAY ARRAY['app', 'holder', 'audit_writer', 'auditor', 'eraser'] LOOP
    BEGIN
      -- From 16 on who creates a role may administer it, but not act as it.
      IF knows_options THEN
        IF NOT pg_has_role(current_user, name, 'SET') THEN
          EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', name);
        END IF;
      ELSIF NOT pg_has_role(current_user, name, 'MEMBER') THEN
        EXECUTE format('GRANT %I TO CURRENT_USER', name);
      END IF;
    EXCEPTION WHEN insufficient_privilege OR unique_violation THEN NULL;
    END;
  END LOOP;
END $$;

DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO app, holder, audit_writer, auditor, eraser', current_schema());
END $$;

-- Empty and never set are one: a setting that a transaction made is an empty string after it.
CREATE FUNCTION current_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('countersign.tenant', true), '');

-- FORCE: who works as the owner of the tables by mistake sees nothing either.
ALTER TABLE owners ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE signature_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE resources ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE epoch_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE resource_access_logs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Through the parent the parent's policies hold. Reached by its own name a partition shows nothing to anybody but the
-- owner, who moves rows out of the DEFAULT one.
DO $$
DECLARE
  partition regclass;
BEGIN
  FOR partition IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'resource_access_logs'::regclass LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition);
  END LOOP;
END $$;

CREATE POLICY app_tenant ON owners TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON signature_keys TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON resources TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON epoch_log TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON receipts TO app USING (tenant_id = current_tenant());
CREATE POLICY app_tenant ON resource_access_logs TO app USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON owners, resources TO app;
GRANT SELECT, INSERT, UPDATE (salt, state, revoked_at) ON signature_keys TO app;
GRANT SELECT, UPDATE (n) ON epoch TO app;
GRANT SELECT, INSERT ON epoch_log, receipts, resource_access_logs, audit_batches TO app;

CREATE POLICY holder_all ON signature_keys FOR SELECT TO holder USING (true);
CREATE POLICY holder_all ON resources FOR SELECT TO holder USING (true);
CREATE POLICY holder_all ON epoch_log FOR SELECT TO holder USING (true);
CREATE POLICY holder_reads ON receipts FOR SELECT TO holder USING (true);
CREATE POLICY holder_finishes ON receipts FOR UPDATE TO holder USING (true);
GRANT SELECT ON signature_keys, resources, epoch, epoch_log, receipts TO holder;
GRANT UPDATE (status, receipt) ON receipts TO holder;
GRANT SELECT, INSERT, UPDATE (acknowledged, ended_at) ON holders TO holder;

-- What it may read is what its own statements ask: is this key active, is this batch in already. No path, no name.
CREATE POLICY audit_writer_adds ON resource_access_logs FOR INSERT TO audit_writer WITH CHECK (true);
CREATE POLICY audit_writer_finds ON resource_access_logs FOR SELECT TO audit_writer USING (true);
CREATE POLICY audit_writer_joins ON signature_keys FOR SELECT TO audit_writer USING (true);
GRANT INSERT, SELECT (accessed_at, signature_id, writer, batch_no, row_no) ON resource_access_logs TO audit_writer;
GRANT INSERT, SELECT ON audit_batches TO audit_writer;
GRANT SELECT ON audit_batches_before_seals TO audit_writer, app;
GRANT INSERT, SELECT, UPDATE (denials) ON denial_counts TO audit_writer;
GRANT SELECT (kid, state) ON signature_keys TO audit_writer;

CREATE POLICY auditor_reads ON resource_access_logs FOR SELECT TO auditor USING (true);

CREATE POLICY eraser_finds ON resource_access_logs FOR SELECT TO eraser USING (tenant_id = current_tenant());
CREATE POLICY eraser_empties ON resource_access_logs FOR UPDATE TO eraser USING (tenant_id = current_tenant());
GRANT
  SELECT (accessed_at, event, tenant_id, resource_path, actor, owner, reason, ip_prefix, user_agent, writer, batch_no, row_no),
  UPDATE (resource_path, actor, owner, reason, ip_prefix, user_agent)
ON resource_access_logs TO eraser;

-- The salt is what keeps a row's commitment from being guessed: without it nobody can find the name behind the hash.
GRANT SELECT (salt) ON resource_access_logs TO audit_writer;
GRANT SELECT (salt, commitment), UPDATE (salt) ON resource_access_logs TO eraser;
