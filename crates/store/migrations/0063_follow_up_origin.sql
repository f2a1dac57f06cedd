-- What a record asked for is found by the record: a device's page, and every time it is heard again.
CREATE INDEX follow_up_origin ON follow_up (town, origin_kind, origin);
