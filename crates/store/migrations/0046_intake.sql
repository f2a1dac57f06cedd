-- How whoever sent bytes speaks the protocol of its channel (what a listener was told): what was read once is read again
-- the same way. None is the standard. Messages that a server is sending now: no other server sends them until then.
ALTER TABLE raw_signal ADD COLUMN dialect TEXT;

CREATE TABLE message_claim (
  town TEXT NOT NULL, id TEXT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
