-- What if: a list of changes to roads, water and stations that nobody made. Read by nothing but its own page.
CREATE TABLE road_scenario (
  town TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, voided_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
