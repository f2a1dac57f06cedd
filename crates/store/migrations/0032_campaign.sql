CREATE TABLE campaign (
  town TEXT NOT NULL, id TEXT NOT NULL, class TEXT NOT NULL, lead TEXT NOT NULL, path TEXT NOT NULL, title TEXT NOT NULL,
  state TEXT NOT NULL, from_on TEXT NOT NULL, until_on TEXT NOT NULL, closed_on TEXT, voided_at BIGINT, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL, changed_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX campaign_from ON campaign (town, from_on);
