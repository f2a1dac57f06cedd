-- Whose number is whose: the telephone of each call beside what was said in it, sealed. Which line an incident came over that
-- nobody registered speaks of, so that those of one line are found without reading what is open elsewhere. NULL in rows from
-- before, so that they keep their hash.
ALTER TABLE incident_signal ADD COLUMN phone TEXT;
ALTER TABLE incident ADD COLUMN cached_line TEXT;
CREATE INDEX incident_line ON incident (town, cached_line, last_signal_at);
