-- Special fire plans: one row a version, its items in its content; what happened to it is never changed.
CREATE TABLE fire_plan (
  town TEXT NOT NULL, id TEXT NOT NULL, edition BIGINT NOT NULL, title TEXT NOT NULL, stage TEXT NOT NULL,
  org TEXT NOT NULL, path TEXT NOT NULL, in_force_on TEXT, superseded_on TEXT, voided_at BIGINT,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX fire_plan_edition ON fire_plan (town, edition);

CREATE TABLE fire_plan_event (
  town TEXT NOT NULL, id TEXT NOT NULL, plan TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  happened_on TEXT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX fire_plan_event_seq ON fire_plan_event (town, plan, seq);
