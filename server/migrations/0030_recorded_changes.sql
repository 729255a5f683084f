-- Up Migration

-- Up to which change servers and commands have recorded all in their checkpoints, out of the reach of this database. A
-- command that cannot write checkpoints itself waits for it before it answers a receipt.
CREATE TABLE recorded_changes (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  through bigint NOT NULL DEFAULT 0
);
INSERT INTO recorded_changes DEFAULT VALUES;
GRANT SELECT, UPDATE (through) ON recorded_changes TO holder;
