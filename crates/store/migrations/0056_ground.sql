-- How many households and people a village group had when somebody counted them; never changed, the newest count holds.
CREATE TABLE group_count (
  town TEXT NOT NULL, id TEXT NOT NULL, territory TEXT NOT NULL, counted_on TEXT NOT NULL, households BIGINT NOT NULL,
  people BIGINT NOT NULL, source TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX group_count_on ON group_count (town, territory, counted_on);
