-- Which land a territory covers, as somebody drew it from a source; never changed, the newest that holds counts.
CREATE TABLE boundary (
  town TEXT NOT NULL, id TEXT NOT NULL, territory TEXT NOT NULL, path TEXT NOT NULL, held_from TEXT NOT NULL,
  source TEXT NOT NULL, area TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX boundary_of ON boundary (town, territory, held_from);
