-- What anybody reports: the row is searched and sorted by, the events are what happened and are never changed.
-- cached_due_at is when the next step is due, a copy of what the row's content says. Of the receipt only a hash is kept.
-- Who reported stands in a table of its own, sealed.
CREATE TABLE report_case (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, channel TEXT NOT NULL, ext_no TEXT, matter TEXT NOT NULL,
  org TEXT NOT NULL, place TEXT, territory TEXT NOT NULL, path TEXT NOT NULL, address TEXT NOT NULL, stage TEXT NOT NULL,
  received_at BIGINT NOT NULL, cached_due_at BIGINT, receipt_hash TEXT NOT NULL, merged_into TEXT,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX report_case_code ON report_case (town, code);
CREATE UNIQUE INDEX report_case_receipt ON report_case (town, receipt_hash);
CREATE UNIQUE INDEX report_case_ext ON report_case (town, channel, ext_no);
CREATE INDEX report_case_due ON report_case (town, cached_due_at);
CREATE INDEX report_case_place ON report_case (town, place);

CREATE TABLE report_case_event (
  town TEXT NOT NULL, id TEXT NOT NULL, report_case TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX report_case_event_seq ON report_case_event (town, report_case, seq);

CREATE TABLE reporter (
  town TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, phone TEXT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
