-- The word plans call an organisation by, as org:police_station. It may be NULL, so that rows sealed before keep
-- their hash.
ALTER TABLE org ADD COLUMN label TEXT;
CREATE INDEX assignment_post ON assignment (town, post);
CREATE INDEX certificate_person ON certificate (town, person);
CREATE INDEX account_person ON account (town, person);
