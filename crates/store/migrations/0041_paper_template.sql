CREATE TABLE paper_template (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, edition BIGINT NOT NULL, state TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX paper_template_edition ON paper_template (town, code, edition);
