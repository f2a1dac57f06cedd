-- The day since which a place has a sector authority, and when that was recorded, where it was told after the place was registered.
-- NULL in all others, so that rows from before keep their hash.
ALTER TABLE place ADD COLUMN sector_on TEXT;
ALTER TABLE place ADD COLUMN sector_at BIGINT;
