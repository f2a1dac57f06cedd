-- What a phone could show of when an act was done, kept when the act is: the anchor it was last given (id, and when by our clock), what
-- it counted since by a clock nobody sets, null where the page was begun anew in between, and what its own clock said.
CREATE TABLE operation_timing (
  town TEXT NOT NULL, id TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL, anchor TEXT NOT NULL,
  anchor_at BIGINT NOT NULL, elapsed_ms BIGINT, wall_at BIGINT NOT NULL, received_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX operation_timing_object ON operation_timing (town, object_kind, object_id);
