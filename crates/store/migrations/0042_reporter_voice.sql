-- What a reporter said instead of writing it: a voice tells who somebody is, so its file is sealed and its row stands where
-- reporters stand, apart from the report. `id` is the report's.
CREATE TABLE reporter_voice (
  town TEXT NOT NULL, id TEXT NOT NULL, sound TEXT NOT NULL, blob TEXT NOT NULL, size_bytes BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
