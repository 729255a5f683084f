-- Up Migration

-- What was made of bytes goes along with a copy of them.
GRANT UPDATE (source_key) ON derivatives TO app;

-- From when on somebody may try again to make what could not be made: what took too long may have had a bad moment.
ALTER TABLE derivatives ADD COLUMN retry_at timestamptz;
GRANT UPDATE (retry_at) ON derivatives TO app;

-- Bytes of its poster, which its owner sent like the film itself: they count.
ALTER TABLE resources ADD COLUMN poster_bytes bigint NOT NULL DEFAULT 0 CHECK (poster_bytes >= 0);

-- A poster is one of bytes, so whatever gives a resource other bytes gives it what they have.
CREATE FUNCTION take_poster_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.poster_bytes := coalesce((SELECT size FROM derivatives
    WHERE tenant_id = NEW.tenant_id AND source_key = NEW.object_key AND name = 'poster'), 0);
  RETURN NEW;
END $$;
CREATE TRIGGER poster_arrives BEFORE INSERT ON resources FOR EACH ROW
  WHEN (NEW.content_type LIKE 'video/%') EXECUTE FUNCTION take_poster_bytes();
CREATE TRIGGER poster_changes BEFORE UPDATE OF object_key ON resources FOR EACH ROW
  WHEN (OLD.poster_bytes > 0 OR NEW.content_type LIKE 'video/%') EXECUTE FUNCTION take_poster_bytes();

-- Beside the triggers that count the resources themselves (0028), by row: few resources have a poster.
CREATE FUNCTION count_posters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM add_to_storage(OLD.tenant_id, ARRAY[OLD.owner_id], ARRAY[0]::bigint[], ARRAY[-OLD.poster_bytes]);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM add_to_storage(NEW.tenant_id, ARRAY[NEW.owner_id], ARRAY[0]::bigint[], ARRAY[NEW.poster_bytes]);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER poster_grows AFTER INSERT ON resources FOR EACH ROW
  WHEN (NEW.poster_bytes > 0) EXECUTE FUNCTION count_posters();
CREATE TRIGGER poster_shrinks AFTER DELETE ON resources FOR EACH ROW
  WHEN (OLD.poster_bytes > 0) EXECUTE FUNCTION count_posters();
CREATE TRIGGER poster_moves AFTER UPDATE ON resources FOR EACH ROW
  WHEN ((OLD.owner_id, OLD.poster_bytes) IS DISTINCT FROM (NEW.owner_id, NEW.poster_bytes))
  EXECUTE FUNCTION count_posters();

-- Whoever migrates owns the tables, and row level security hides the rows from their owner too.
ALTER TABLE resources NO FORCE ROW LEVEL SECURITY;
ALTER TABLE derivatives NO FORCE ROW LEVEL SECURITY;
ALTER TABLE storage_usage NO FORCE ROW LEVEL SECURITY;
UPDATE derivatives SET retry_at = changed_at + INTERVAL '1 day' WHERE failure IS NOT NULL;
UPDATE resources r SET poster_bytes = d.size FROM derivatives d
 WHERE d.tenant_id = r.tenant_id AND d.source_key = r.object_key AND d.name = 'poster';
ALTER TABLE storage_usage FORCE ROW LEVEL SECURITY;
ALTER TABLE derivatives FORCE ROW LEVEL SECURITY;
ALTER TABLE resources FORCE ROW LEVEL SECURITY;
