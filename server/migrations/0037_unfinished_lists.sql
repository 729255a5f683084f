-- Up Migration

-- Few resources are under way, failed or in quarantine at once; a list of them must not read all that are complete.
CREATE INDEX resources_unfinished ON resources (tenant_id, state, created_at, id) WHERE state <> 'completed';
