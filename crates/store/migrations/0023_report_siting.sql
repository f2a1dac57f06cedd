-- What people without an account say is wrong with a facility, and what became of it.
CREATE TABLE facility_report (
  town TEXT NOT NULL, id TEXT NOT NULL, facility TEXT NOT NULL, trouble TEXT NOT NULL, state TEXT NOT NULL,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX facility_report_facility ON facility_report (town, facility, recorded_at);
CREATE INDEX facility_report_state ON facility_report (town, state);

-- Where something belongs, argued: what was asked, of what, and what came of it, in its content.
CREATE TABLE siting (
  town TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, voided_at BIGINT,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX siting_recorded ON siting (town, recorded_at);
