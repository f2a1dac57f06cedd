-- Devices, and what they and others tell us. A device's links are a copy of what its content says, to find it by.
-- What a device said last of itself (device_state) and the bytes as they came (raw_signal) change too fast to be sealed
-- one by one: a signal, which is sealed, carries the hash of its bytes.
CREATE TABLE device (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL,
  org TEXT NOT NULL, place TEXT, facility TEXT, territory TEXT NOT NULL, path TEXT NOT NULL, address TEXT NOT NULL,
  lon DOUBLE PRECISION, lat DOUBLE PRECISION, patience BIGINT, retired_on TEXT, voided_at BIGINT, secret TEXT,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX device_code ON device (town, code);
CREATE INDEX device_path ON device (town, path);
CREATE INDEX device_place ON device (town, place);
CREATE INDEX device_facility ON device (town, facility);

CREATE TABLE device_link (
  town TEXT NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX device_link_device ON device_link (town, device);

CREATE TABLE device_state (
  town TEXT NOT NULL, id TEXT NOT NULL, heard_at BIGINT, troubled BOOLEAN NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE device_span (
  town TEXT NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT,
  version BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX device_span_device ON device_span (town, device, from_at);

CREATE TABLE raw_signal (
  town TEXT NOT NULL, id TEXT NOT NULL, channel TEXT NOT NULL, peer TEXT NOT NULL, proof TEXT NOT NULL,
  mark TEXT NOT NULL, bytes TEXT NOT NULL, received_at BIGINT NOT NULL, digested_at BIGINT, problem TEXT,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX raw_signal_mark ON raw_signal (town, mark);
CREATE INDEX raw_signal_waiting ON raw_signal (town, received_at, id) WHERE digested_at IS NULL;
CREATE INDEX raw_signal_problem ON raw_signal (town, received_at) WHERE problem IS NOT NULL;

CREATE TABLE signal (
  town TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, device TEXT, trust TEXT NOT NULL, kind TEXT NOT NULL,
  place TEXT, territory TEXT, path TEXT NOT NULL, org TEXT, lon DOUBLE PRECISION, lat DOUBLE PRECISION,
  occurred_at BIGINT NOT NULL, received_at BIGINT NOT NULL, raw TEXT, content TEXT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX signal_received ON signal (town, received_at, id);
CREATE INDEX signal_device ON signal (town, device, received_at);
CREATE INDEX signal_place ON signal (town, place, received_at);
CREATE INDEX signal_path ON signal (town, path);
CREATE INDEX signal_raw ON signal (town, raw);
