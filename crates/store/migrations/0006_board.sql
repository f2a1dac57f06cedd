-- The board asks the record for acts of one kind: when a place was verified.
CREATE INDEX audit_action ON audit (town, action, seq);
CREATE INDEX plan_version_from ON plan_version (town, valid_from);
