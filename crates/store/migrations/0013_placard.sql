CREATE TABLE placard (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL, path TEXT NOT NULL, org TEXT,
  code TEXT NOT NULL, voided_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX placard_code ON placard (town, code);
CREATE INDEX placard_path ON placard (town, path);
