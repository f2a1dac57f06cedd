CREATE TABLE meeting (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, title TEXT NOT NULL,
  state TEXT NOT NULL, planned_at BIGINT NOT NULL, held_on TEXT, minuted_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX meeting_planned ON meeting (town, planned_at);

CREATE TABLE follow_up (
  town TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL,
  origin_kind TEXT NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL, due_on TEXT NOT NULL, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX follow_up_owner ON follow_up (town, owner, due_on);
CREATE INDEX follow_up_due ON follow_up (town, due_on);

CREATE TABLE report (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, org TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL,
  from_on TEXT NOT NULL, to_on TEXT NOT NULL, issued_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX report_to ON report (town, to_on);

CREATE TABLE budget_line (
  town TEXT NOT NULL, id TEXT NOT NULL, year BIGINT NOT NULL, kind TEXT NOT NULL, org TEXT NOT NULL,
  approved_on TEXT NOT NULL, voided_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX budget_line_year ON budget_line (town, year);
