-- Personal values are sealed at rest. A town's data key, wrapped by the master key, which lies in a file outside.
-- New columns may be NULL: a row from before keeps the hash that the record knows until it is sealed.

CREATE TABLE data_key (
  town TEXT NOT NULL, id TEXT NOT NULL, wrapped TEXT NOT NULL,
  PRIMARY KEY (town, id));

ALTER TABLE place ADD COLUMN manager_phone TEXT;
ALTER TABLE place ADD COLUMN phone_index TEXT;
DROP INDEX place_phone;
