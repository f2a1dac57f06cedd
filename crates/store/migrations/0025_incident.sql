-- Incidents: the row is searched and sorted by, the events are what happened and are never changed. A sign belongs to
-- one incident for good. An order sends one person. A mask hides what always smokes. A watch ends when the next begins.
CREATE TABLE incident (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, stage TEXT NOT NULL, place TEXT,
  territory TEXT NOT NULL, path TEXT NOT NULL, org TEXT, address TEXT NOT NULL, alarm_at BIGINT NOT NULL,
  last_signal_at BIGINT NOT NULL, rehearsal BOOLEAN NOT NULL, caller_phone TEXT, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX incident_code ON incident (town, code);
CREATE INDEX incident_stage ON incident (town, stage, last_signal_at);
CREATE INDEX incident_alarm ON incident (town, alarm_at, id);
CREATE INDEX incident_place ON incident (town, place);

CREATE TABLE incident_event (
  town TEXT NOT NULL, id TEXT NOT NULL, incident TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  happened_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX incident_event_seq ON incident_event (town, incident, seq);

CREATE TABLE incident_signal (
  town TEXT NOT NULL, id TEXT NOT NULL, incident TEXT NOT NULL, came_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX incident_signal_incident ON incident_signal (town, incident, came_at);

CREATE TABLE incident_mask (
  town TEXT NOT NULL, id TEXT NOT NULL, voided_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE incident_watch (
  town TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, begun_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX incident_watch_begun ON incident_watch (town, begun_at);

CREATE TABLE dispatch (
  town TEXT NOT NULL, id TEXT NOT NULL, incident TEXT NOT NULL, person TEXT NOT NULL, force TEXT NOT NULL,
  state TEXT NOT NULL, called_at BIGINT NOT NULL, path TEXT NOT NULL, org TEXT, place TEXT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX dispatch_incident ON dispatch (town, incident);
CREATE INDEX dispatch_person ON dispatch (town, person, called_at);
CREATE INDEX dispatch_state ON dispatch (town, state);
