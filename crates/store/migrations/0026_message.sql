-- Messages to people: written in the same transaction as what they are about, sent afterwards, tried again until they arrive
-- or every channel is used up. One event and one person make one key, so nobody is paged twice. Tries are appended only.
CREATE TABLE message (
  town TEXT NOT NULL, id TEXT NOT NULL, message_key TEXT NOT NULL, person TEXT NOT NULL, about_kind TEXT NOT NULL,
  about TEXT NOT NULL, urgency TEXT NOT NULL, state TEXT NOT NULL, next_at BIGINT, written_at BIGINT NOT NULL,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE UNIQUE INDEX message_key ON message (town, message_key);
CREATE INDEX message_next ON message (town, next_at);
CREATE INDEX message_person ON message (town, person, written_at);

CREATE TABLE message_try (
  town TEXT NOT NULL, id TEXT NOT NULL, message TEXT NOT NULL, channel TEXT NOT NULL, tried_at BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX message_try_at ON message_try (town, tried_at);

-- How a person is reached; addresses are sealed.
CREATE TABLE reach (
  town TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, addresses TEXT, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
