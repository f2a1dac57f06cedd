CREATE TABLE paper (
  town TEXT NOT NULL, id TEXT NOT NULL, template TEXT NOT NULL, family TEXT NOT NULL, org TEXT NOT NULL,
  path TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, series TEXT, year BIGINT, n BIGINT, number TEXT,
  about_kind TEXT, about TEXT, approved_on TEXT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX paper_number ON paper (town, series, year, n);
CREATE INDEX paper_recorded ON paper (town, recorded_at);
CREATE INDEX paper_about ON paper (town, about);

CREATE TABLE paper_receipt (
  town TEXT NOT NULL, id TEXT NOT NULL, paper TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL,
  state TEXT NOT NULL, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX paper_receipt_of ON paper_receipt (town, paper, org);

CREATE TABLE paper_series (
  town TEXT NOT NULL, id TEXT NOT NULL, pattern TEXT NOT NULL, year BIGINT NOT NULL, used_before BIGINT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
