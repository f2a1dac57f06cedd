-- Public fire facilities: the row is searched and sorted by, the events are what happened and are never changed.
-- cached_check_by is the last day the last check holds for, a copy of what the row's content says.
CREATE TABLE facility (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, class TEXT NOT NULL,
  org TEXT NOT NULL, owner TEXT, maintainer TEXT, territory TEXT NOT NULL, path TEXT NOT NULL, address TEXT NOT NULL,
  stage TEXT NOT NULL, cached_check_by TEXT, west DOUBLE PRECISION, south DOUBLE PRECISION, east DOUBLE PRECISION,
  north DOUBLE PRECISION, voided_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX facility_code ON facility (town, code);
CREATE INDEX facility_kind ON facility (town, kind, stage);
CREATE INDEX facility_path ON facility (town, path);
CREATE INDEX facility_check_by ON facility (town, cached_check_by);

CREATE TABLE facility_event (
  town TEXT NOT NULL, id TEXT NOT NULL, facility TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  happened_on TEXT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX facility_event_seq ON facility_event (town, facility, seq);
