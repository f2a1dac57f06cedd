-- What 12345 and 渝快办 sent of a report: as it came and as it came again, the other side's deadline, answers sent back.
-- `id` is the report's. Who called is not in it.
CREATE TABLE report_order (
  town TEXT NOT NULL, id TEXT NOT NULL, due_at BIGINT, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
