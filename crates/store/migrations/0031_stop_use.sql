-- Places proposed to be stopped from use, and what happened to each proposal.
CREATE TABLE stop_use (
  town TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, stage TEXT NOT NULL,
  hazard TEXT, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX stop_use_stage ON stop_use (town, stage, recorded_at);

CREATE TABLE stop_use_event (
  town TEXT NOT NULL, id TEXT NOT NULL, stop_use TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  happened_on TEXT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX stop_use_event_seq ON stop_use_event (town, stop_use, seq);
