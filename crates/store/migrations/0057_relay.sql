-- What a village's own box has taken in and owes the town's server (id is that of the bytes); told_at once that has it.
CREATE TABLE relay (
  town TEXT NOT NULL, id TEXT NOT NULL, recorded_at BIGINT NOT NULL, told_at BIGINT,
  PRIMARY KEY (town, id));
CREATE INDEX relay_owed ON relay (town, recorded_at, id) WHERE told_at IS NULL;
