-- By which receipt of a gateway a message is found again when the gateway tells later what became of it (id is channel and
-- receipt). Empty where a gateway gave the same receipt for two messages: then it says nothing about either.
CREATE TABLE message_receipt (
  town TEXT NOT NULL, id TEXT NOT NULL, message TEXT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
