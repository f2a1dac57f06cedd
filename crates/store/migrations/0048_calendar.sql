-- The public holidays of a year as the town put them in from the State Council's notice: what comes with the program ends
-- with the last notice known when it was made.
CREATE TABLE holiday_year (
  town TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, recorded_by TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
