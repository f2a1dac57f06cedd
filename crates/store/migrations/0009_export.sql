-- 导出申请：涉及多人的台账，另一人批准后才能导出。
CREATE TABLE export (
  town TEXT NOT NULL, id TEXT NOT NULL, asker TEXT NOT NULL, is_decided BIGINT NOT NULL, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX export_asker ON export (town, asker, recorded_at);
CREATE INDEX export_open ON export (town, is_decided, recorded_at);
