-- Up Migration

-- What could not be made and may be tried again is found without reading all derivatives.
CREATE INDEX derivatives_to_retry ON derivatives (retry_at) WHERE retry_at IS NOT NULL;

-- 0018 filled the names of rows that were there with lower(), which in a database of locale C leaves letters that are not
-- Latin as they are: search and order by name did not find them. Again, as the server writes them. A PostgreSQL without
-- ICU keeps what it has: edit such a name to have it found.
DO $$
BEGIN
  IF getdatabaseencoding() <> 'UTF8'
     OR NOT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu' AND collnamespace = 'pg_catalog'::regnamespace)
  THEN
    RETURN;
  END IF;
  -- Whoever migrates owns the table, and row level security hides the rows from its owner too.
  ALTER TABLE resources NO FORCE ROW LEVEL SECURITY;
  -- Only what 0018 has written: the server's own are right.
  UPDATE resources SET name_key = left(lower(normalize(display_name, NFKC) COLLATE "und-x-icu"), 255)
   WHERE name_key = left(lower(display_name), 255)
     AND name_key <> left(lower(normalize(display_name, NFKC) COLLATE "und-x-icu"), 255);
  ALTER TABLE resources FORCE ROW LEVEL SECURITY;
END $$;
