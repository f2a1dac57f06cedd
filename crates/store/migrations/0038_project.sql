-- Projects under the clauses of facilities and roads, with what was done in their content.
CREATE TABLE project (
  town TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, title TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL,
  stage TEXT NOT NULL, voided_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX project_code ON project (town, code);
