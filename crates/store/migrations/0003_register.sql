-- Files people sent to be imported: the bytes are a blob, what was seen in them is kept beside it.
CREATE TABLE import_file (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, blob TEXT NOT NULL,
  size_bytes BIGINT NOT NULL, preview TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL, imported_at BIGINT,
  PRIMARY KEY (town, id));
CREATE INDEX import_file_blob ON import_file (town, blob);
CREATE UNIQUE INDEX import_mapping_key ON import_mapping (town, kind, header_key);
CREATE INDEX place_grade ON place (town, cached_risk_grade);
