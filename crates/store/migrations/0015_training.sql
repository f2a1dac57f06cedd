-- The gate of clause 11: whom the leader lets through without the training, why and until when.
CREATE TABLE gate_exemption (
  town TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, from_on TEXT NOT NULL, to_on TEXT NOT NULL,
  reason TEXT NOT NULL, recorded_by TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  voided_at BIGINT, void_reason TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX gate_exemption_person ON gate_exemption (town, person);

-- Courses are offered, sessions held, people attend, questions are asked, attempts marked.
CREATE TABLE course (
  town TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, active BOOLEAN NOT NULL,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));

CREATE TABLE training_session (
  town TEXT NOT NULL, id TEXT NOT NULL, course TEXT NOT NULL, state TEXT NOT NULL, held_on TEXT NOT NULL,
  org TEXT NOT NULL, path TEXT NOT NULL, place TEXT, content TEXT NOT NULL, closed_at BIGINT,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX training_session_day ON training_session (town, held_on, id);

CREATE TABLE attendance (
  town TEXT NOT NULL, id TEXT NOT NULL, session TEXT NOT NULL, person TEXT, place TEXT, name TEXT NOT NULL,
  way TEXT NOT NULL, happened_at BIGINT NOT NULL, result TEXT NOT NULL, score BIGINT,
  certificate TEXT,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL, recorded_by TEXT NOT NULL,
  voided_at BIGINT, void_reason TEXT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX attendance_session ON attendance (town, session, id);
CREATE INDEX attendance_person ON attendance (town, person);

CREATE TABLE question (
  town TEXT NOT NULL, id TEXT NOT NULL, course TEXT NOT NULL, kind TEXT NOT NULL, active BOOLEAN NOT NULL,
  content TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX question_course ON question (town, course);

CREATE TABLE test_attempt (
  town TEXT NOT NULL, id TEXT NOT NULL, session TEXT NOT NULL, person TEXT NOT NULL, started_at BIGINT NOT NULL,
  submitted_at BIGINT, score BIGINT, passed BOOLEAN, content TEXT NOT NULL,
  version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX test_attempt_session ON test_attempt (town, session, person);
