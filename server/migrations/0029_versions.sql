-- Up Migration

-- Who brought the bytes that are there now: the owner, or who overwrote them. Null: nobody knows any more, or never did.
-- By which signatures the virus scanner has called them clean when it looked again; null: only when they arrived.
ALTER TABLE resources ADD COLUMN uploaded_by text, ADD COLUMN scanned_with text;
