-- Visits somebody set, which filling a draft by frequency leaves alone; and of a picture the hash of the file before anything was
-- written into it. NULL in rows from before, so that they keep their hash.
ALTER TABLE plan_item ADD COLUMN by_hand BOOLEAN;
ALTER TABLE photo ADD COLUMN original_sha256 TEXT;
