-- The town's own roads: the row is searched and sorted by, the events are what happened and are never changed. Where a
-- village group lives, to be reached. The map of roads around the town as a file, newest last.
CREATE TABLE road (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, rank TEXT NOT NULL, org TEXT NOT NULL,
  territory TEXT NOT NULL, path TEXT NOT NULL, west DOUBLE PRECISION NOT NULL, south DOUBLE PRECISION NOT NULL,
  east DOUBLE PRECISION NOT NULL, north DOUBLE PRECISION NOT NULL, voided_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX road_code ON road (town, code);
CREATE INDEX road_path ON road (town, path);

CREATE TABLE road_event (
  town TEXT NOT NULL, id TEXT NOT NULL, road TEXT NOT NULL, seq BIGINT NOT NULL, act TEXT NOT NULL,
  held_from TEXT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX road_event_seq ON road_event (town, road, seq);

CREATE TABLE group_point (
  town TEXT NOT NULL, id TEXT NOT NULL, lon DOUBLE PRECISION NOT NULL, lat DOUBLE PRECISION NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE road_map (
  town TEXT NOT NULL, id TEXT NOT NULL, blob TEXT NOT NULL, name TEXT NOT NULL, ways BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
