-- Factories and warehouses assessed, and how what was found got treated.
CREATE TABLE assessment (
  town TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, done_on TEXT NOT NULL,
  voided_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX assessment_place ON assessment (town, place, done_on);
