-- What is known of a house beside its place, and which department was asked about its licences.
-- `given` is the grade of that day by that version of the rule; today's is computed.
CREATE TABLE house (
  town TEXT NOT NULL, id TEXT NOT NULL, graded_on TEXT NOT NULL, given TEXT NOT NULL, rule TEXT NOT NULL,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE house_check (
  town TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL, org TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL,
  answer TEXT NOT NULL, asked_on TEXT NOT NULL, content TEXT NOT NULL, version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX house_check_place ON house_check (town, place);
CREATE INDEX house_check_answer ON house_check (town, answer, asked_on);
