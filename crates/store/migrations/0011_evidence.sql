-- Evidence for any duty, with every edition and decision; files beside photos; letters of responsibility.
CREATE TABLE evidence (
  town TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  code TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, number TEXT NOT NULL,
  happened_on TEXT NOT NULL, until_on TEXT, org TEXT NOT NULL, post TEXT, path TEXT NOT NULL,
  recorded_by TEXT NOT NULL, edition BIGINT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX evidence_code ON evidence (town, code);
CREATE INDEX evidence_state ON evidence (town, state, recorded_at);
CREATE INDEX evidence_path ON evidence (town, path);
CREATE INDEX evidence_post ON evidence (town, post, happened_on);

CREATE TABLE evidence_event (
  town TEXT NOT NULL, id TEXT NOT NULL, evidence TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL,
  at BIGINT NOT NULL, person TEXT NOT NULL, hat TEXT NOT NULL, reason TEXT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX evidence_event_seq ON evidence_event (town, evidence, seq);

CREATE TABLE attachment (
  town TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  object_kind TEXT NOT NULL, object_id TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL,
  media_type TEXT NOT NULL, size_bytes BIGINT NOT NULL, blob TEXT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX attachment_object ON attachment (town, object_kind, object_id);

CREATE TABLE letter (
  town TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  post TEXT NOT NULL, role TEXT NOT NULL, signer TEXT NOT NULL, assignment TEXT NOT NULL, org TEXT NOT NULL,
  path TEXT NOT NULL, signed_on TEXT NOT NULL, from_on TEXT NOT NULL, until_on TEXT NOT NULL,
  recorded_by TEXT NOT NULL, content TEXT NOT NULL, voided_at BIGINT, void_reason TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX letter_post ON letter (town, post, from_on);
