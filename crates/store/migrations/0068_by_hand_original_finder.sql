-- Visits somebody set, which filling a draft by frequency leaves alone; and of a picture the hash of the file before anything was
-- written into it. NULL in rows from before, so that they keep their hash.
ALTER TABLE plan_item ADD COLUMN by_hand BOOLEAN;
ALTER TABLE photo ADD COLUMN original_sha256 TEXT;
-- What somebody found, newest first: his phone takes it along.
CREATE INDEX hazard_finder ON hazard (town, found_by, found_at);
