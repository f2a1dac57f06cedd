CREATE TABLE contract (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL, path TEXT NOT NULL, title TEXT NOT NULL,
  state TEXT NOT NULL, from_on TEXT NOT NULL, last_on TEXT NOT NULL, voided_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX contract_from ON contract (town, from_on);

CREATE TABLE drill (
  town TEXT NOT NULL, id TEXT NOT NULL, scenario TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, place TEXT,
  subject_kind TEXT NOT NULL, subject TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, due_on TEXT NOT NULL,
  held_on TEXT, reported_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX drill_due ON drill (town, due_on);

CREATE TABLE call_test (
  town TEXT NOT NULL, id TEXT NOT NULL, note TEXT NOT NULL, started_at BIGINT NOT NULL, within_s BIGINT NOT NULL,
  closed_at BIGINT, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX call_test_started ON call_test (town, started_at);

CREATE TABLE call_station (
  town TEXT NOT NULL, id TEXT NOT NULL, test TEXT NOT NULL, force TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL,
  place TEXT, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX call_station_test ON call_station (town, test);
CREATE INDEX call_station_force ON call_station (town, force);

CREATE TABLE sortie (
  town TEXT NOT NULL, id TEXT NOT NULL, force TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, place TEXT,
  called_at BIGINT NOT NULL, voided_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX sortie_called ON sortie (town, called_at);
CREATE INDEX sortie_force ON sortie (town, force);
