-- Days on which somebody on a post is away, as JSON. NULL where there are none and in rows from before, so that they keep
-- their hash.
ALTER TABLE assignment ADD COLUMN away TEXT;
