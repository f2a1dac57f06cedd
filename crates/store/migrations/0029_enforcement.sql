-- What the town may enforce, as the papers say that give it; and cases, searched and sorted by their columns. The events
-- are what happened and are never changed.
CREATE TABLE authority_item (
  town TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, power TEXT NOT NULL, path TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT, voided_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE enforcement (
  town TEXT NOT NULL, id TEXT NOT NULL, number TEXT, cause TEXT NOT NULL, party TEXT NOT NULL, place TEXT NOT NULL,
  org TEXT NOT NULL, path TEXT NOT NULL, hazard TEXT, item TEXT NOT NULL, stage TEXT NOT NULL, filed_on TEXT,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX enforcement_number ON enforcement (town, number);
CREATE INDEX enforcement_stage ON enforcement (town, stage, recorded_at);
CREATE INDEX enforcement_hazard ON enforcement (town, hazard);

CREATE TABLE enforcement_event (
  town TEXT NOT NULL, id TEXT NOT NULL, enforcement TEXT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL,
  happened_on TEXT NOT NULL, recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX enforcement_event_seq ON enforcement_event (town, enforcement, seq);
