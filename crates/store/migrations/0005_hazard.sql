-- What lists of hazards ask for: levels that wait for the office's word. NULL in rows from before; the events say it.
ALTER TABLE hazard ADD COLUMN level_confirmed BOOLEAN;
CREATE INDEX hazard_category ON hazard (town, category, state);
CREATE INDEX unit_link_hazard ON unit_link (town, hazard);
