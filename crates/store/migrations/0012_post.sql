-- The post by which somebody owes a task: it stays with the post when the holder changes. NULL in rows from before, so
-- that they keep their hash.
ALTER TABLE task ADD COLUMN post TEXT;
CREATE INDEX task_post ON task (town, post, state);

CREATE TABLE handover (
  town TEXT NOT NULL, id TEXT NOT NULL, post TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL,
  giver_person TEXT NOT NULL, taker_person TEXT NOT NULL, state TEXT NOT NULL, from_on TEXT NOT NULL,
  content TEXT NOT NULL, sheet TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX handover_post ON handover (town, post, from_on);
CREATE INDEX handover_state ON handover (town, state, from_on);
