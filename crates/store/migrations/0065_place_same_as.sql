-- The row of the register that goes on for a place that was registered twice; set only with voided_at. NULL in all others, so that
-- rows from before keep their hash.
ALTER TABLE place ADD COLUMN same_as TEXT;
CREATE INDEX place_same_as ON place (town, same_as);
