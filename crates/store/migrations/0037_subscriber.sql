-- Platforms that are told of events. The secret they are told with is sealed. How far each was told changes with every
-- delivery and is machinery (subscriber_progress); what it is told of is the record itself.
CREATE TABLE subscriber (
  town TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, secret TEXT, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE subscriber_progress (
  town TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
