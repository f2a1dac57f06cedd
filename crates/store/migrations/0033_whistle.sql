-- Whistles, what happened to each, and what each body notes for itself.
CREATE TABLE whistle (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, stage TEXT NOT NULL, org TEXT NOT NULL,
  path TEXT NOT NULL, place TEXT, raised_at BIGINT NOT NULL, sent_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX whistle_stage ON whistle (town, stage, raised_at);

CREATE TABLE whistle_event (
  town TEXT NOT NULL, id TEXT NOT NULL, whistle TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX whistle_event_seq ON whistle_event (town, whistle, seq);

CREATE TABLE whistle_note (
  town TEXT NOT NULL, id TEXT NOT NULL, whistle TEXT NOT NULL, org TEXT NOT NULL, person TEXT NOT NULL, text TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX whistle_note_of ON whistle_note (town, whistle, org, recorded_at);
