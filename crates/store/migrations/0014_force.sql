CREATE TABLE force (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, served TEXT NOT NULL, name TEXT NOT NULL, org TEXT NOT NULL,
  territory TEXT NOT NULL, path TEXT NOT NULL, place TEXT, state TEXT NOT NULL, content TEXT NOT NULL,
  accepted_at BIGINT, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX force_path ON force (town, path);

CREATE TABLE force_check (
  town TEXT NOT NULL, id TEXT NOT NULL, force TEXT NOT NULL, checked_on TEXT NOT NULL, voided_at BIGINT,
  void_reason TEXT NOT NULL, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX force_check_of ON force_check (town, force, checked_on);

CREATE TABLE force_duty (
  town TEXT NOT NULL, id TEXT NOT NULL, force TEXT NOT NULL, person TEXT NOT NULL, duty_on TEXT NOT NULL,
  shift TEXT NOT NULL, voided_at BIGINT, void_reason TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX force_duty_day ON force_duty (town, duty_on, force);

CREATE TABLE force_patrol (
  town TEXT NOT NULL, id TEXT NOT NULL, force TEXT NOT NULL, patrol_on TEXT NOT NULL, path TEXT NOT NULL,
  org TEXT NOT NULL, place TEXT, voided_at BIGINT, void_reason TEXT NOT NULL, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX force_patrol_of ON force_patrol (town, force, patrol_on);
