-- What a person said about each thing found in the notice.
CREATE TABLE notice_ruling (
  town TEXT NOT NULL, id TEXT NOT NULL, plan TEXT NOT NULL, kind TEXT NOT NULL, clauses TEXT NOT NULL,
  quote TEXT NOT NULL, ruling TEXT NOT NULL, note TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX notice_ruling_plan ON notice_ruling (town, plan);

-- Changes of the plan, one duty each: proposed, then decided.
CREATE TABLE plan_proposal (
  town TEXT NOT NULL, id TEXT NOT NULL, duty TEXT NOT NULL, source TEXT NOT NULL, from_on TEXT NOT NULL,
  state TEXT NOT NULL, reason TEXT NOT NULL, proposed_by TEXT NOT NULL, decided_by TEXT NOT NULL, decided_at BIGINT,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
