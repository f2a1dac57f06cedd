-- What follows a transfer or a listing of a hazard; who signed a visit besides who recorded it; what several units of one
-- sector have in common; which body leads a new trade.
CREATE TABLE docket_entry (
  town TEXT NOT NULL, id TEXT NOT NULL, hazard TEXT NOT NULL, kind TEXT NOT NULL, step TEXT NOT NULL, happened_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX docket_entry_of ON docket_entry (town, hazard, recorded_at);

CREATE TABLE inspection_signature (
  town TEXT NOT NULL, id TEXT NOT NULL, inspection TEXT NOT NULL, org TEXT NOT NULL, person TEXT NOT NULL, text TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX inspection_signature_of ON inspection_signature (town, inspection, org);

CREATE TABLE sector_risk (
  town TEXT NOT NULL, id TEXT NOT NULL, org TEXT NOT NULL, hazard_code TEXT NOT NULL, stage TEXT NOT NULL, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX sector_risk_stage ON sector_risk (town, stage, recorded_at);

CREATE TABLE sector_ruling (
  town TEXT NOT NULL, id TEXT NOT NULL, trade TEXT NOT NULL, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
